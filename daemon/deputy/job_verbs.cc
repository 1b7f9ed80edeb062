// The verbs of a deputy for Slurm. For each verb, a function parses the arguments of the daemon's request,
// calls a SchedulerActor, and returns its result as JSON.
#include <map>

#include "daemon/base/error.h"
#include "daemon/deputy/serve.h"
#include "daemon/deputy/wire.h"

namespace trainyard {
namespace {

using JobVerb = Json (*)(SchedulerActor& actor, const Json& arguments, SendBefore send_before);

Json submit(SchedulerActor& actor, const Json& arguments, SendBefore send_before) {
  return wire::to_json(
      actor.submit(wire::job_request_from_json(get<Json>(arguments, "request")), send_before));
}

Json find(SchedulerActor& actor, const Json& arguments, SendBefore) {
  return wire::to_json(actor.find(wire::tokens_from_json(get<Json>(arguments, "tokens")),
                                  static_cast<std::uint32_t>(get<std::int64_t>(arguments, "uid")),
                                  from_unix(get<std::int64_t>(arguments, "since"))));
}

Json release(SchedulerActor& actor, const Json& arguments, SendBefore send_before) {
  actor.release(wire::job_key_from_json(get<Json>(arguments, "job")), get<std::string>(arguments, "token"),
                send_before);
  return nullptr;
}

Json cancel(SchedulerActor& actor, const Json& arguments, SendBefore send_before) {
  actor.cancel(wire::job_key_from_json(get<Json>(arguments, "job")), get<std::string>(arguments, "token"),
               send_before);
  return nullptr;
}

Json apply_plans(SchedulerActor& actor, const Json& arguments, SendBefore) {
  return wire::to_json(actor.apply_plans(wire::plan_limits_from_json(get<Json>(arguments, "plans"))));
}

const std::map<std::string, JobVerb> job_verb_of_name{{"submit", submit},
                                                      {"find", find},
                                                      {"release", release},
                                                      {"cancel", cancel},
                                                      {"apply_plans", apply_plans}};

}  // namespace

Verbs job_verbs(std::function<std::unique_ptr<SchedulerActor>(const Json& settings)> load) {
  auto actor = std::make_shared<std::unique_ptr<SchedulerActor>>();
  return [load = std::move(load), actor](Frame request) {
    Json json = parse_json(request.json, "the daemon's request");
    auto verb = job_verb_of_name.find(get<std::string>(json, "verb"));
    if (verb == job_verb_of_name.end())
      throw Error(ErrorKind::internal, "the deputy is of another release than the daemon: it knows no verb " +
                                           get<std::string>(json, "verb"));
    if (!*actor) *actor = load(get<Json>(json, "settings"));
    Frame answer;
    Json value = verb->second(**actor, get<Json>(json, "arguments"), request.begin_before);
    answer.json = Json{{"value", value}}.dump(-1, ' ', false, Json::error_handler_t::replace);
    return answer;
  };
}

}  // namespace trainyard
