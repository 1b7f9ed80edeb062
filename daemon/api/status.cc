#include "daemon/api/handlers.h"
#include "daemon/api/wire.h"
#include "daemon/run/plans.h"

namespace trainyard {
namespace {

// Returns the plans that the caller may use, each with the number of GPUs that the caller's own runs use in
// it.
Json plans_of(const Api& api, const Caller& caller, std::map<std::string, int> in_use) {
  Json plans = Json::array();
  for (const auto& [name, plan] : api.settings.plans) {
    if (!plan.members.empty() && plan.members.count(caller.owner.name) == 0) continue;
    plans.push_back({{"name", name},
                     {"gpus", plan.gpus},
                     {"per", plan.per == Plan::Per::user ? "user" : "account"},
                     {"in_use", in_use[name]}});
  }
  return plans;
}

void answer_drained(const Api& api, const Responder& responder) {
  responder.send(json_response({{"drained", api.driver.drained()}}));
}

}  // namespace

void get_status(Api& api, RouteCall& call, const Responder& responder) {
  Driver::UserStatus own = api.driver.status_of(call.caller.owner.uid);
  const std::string& trouble = api.driver.scheduler_trouble();
  const Owner& user = call.caller.owner;
  responder.send(json_response({{"version", api.settings.version},
                                {"cluster", api.driver.scheduler_name()},
                                {"trouble", trouble.empty() ? Json() : Json(trouble)},
                                {"ready", true},  // always: no request is served before recovery
                                {"drained", api.driver.drained()},
                                {"time_zone", api.settings.time_zone},
                                {"user",
                                 {{"uid", user.uid},
                                  {"name", user.name},
                                  {"role", to_string(call.caller.role)},
                                  {"admin", call.caller.role == Role::admin}}},
                                {"plans", plans_of(api, call.caller, own.in_use)},
                                {"runs", own.runs}}));
}

void get_admin_status(Api& api, RouteCall&, const Responder& responder) {
  Json status = to_wire(api.driver.status());
  status["drained"] = api.driver.drained();
  status["since"] = to_unix(api.started_at);
  responder.send(json_response(status));
}

void drain(Api& api, RouteCall&, const Responder& responder) {
  api.driver.set_drained(true);
  answer_drained(api, responder);
}

void resume(Api& api, RouteCall&, const Responder& responder) {
  api.driver.set_drained(false);
  answer_drained(api, responder);
}

}  // namespace trainyard
