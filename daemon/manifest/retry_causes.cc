#include "daemon/manifest/retry_causes.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr std::array names{"completed",     "exit_code",  "try_again",    "signal",
                           "out_of_memory", "time_limit", "node_failure", "preempted",
                           "cancelled",     "data",       "lost",         "never_began"};

}  // namespace

const char* to_string(Cause cause) { return names.at(static_cast<std::size_t>(cause)); }

Cause cause_from(const std::string& name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (name == names[i]) return static_cast<Cause>(i);
  throw Error(ErrorKind::invalid, "no such cause: " + name + "; one of " +
                                      join(std::vector<std::string>(names.begin(), names.end()), ", "));
}

bool is_free(Cause cause) { return cause == Cause::data || cause == Cause::never_began; }

bool RetrySpec::covers(Cause cause) const { return std::find(on.begin(), on.end(), cause) != on.end(); }

std::vector<std::string> retry_words() {
  std::vector<std::string> words;
  for (Cause cause : {Cause::node_failure, Cause::preempted, Cause::lost, Cause::try_again, Cause::time_limit,
                      Cause::out_of_memory, Cause::exit_code, Cause::signal})
    words.emplace_back(to_string(cause));
  return words;
}

Json to_json(const RetrySpec& retry) {
  Json on = Json::array();
  for (Cause cause : retry.on) on.push_back(to_string(cause));
  return {{"attempts", retry.attempts}, {"on", on}, {"warning_seconds", retry.warning.count()}};
}

RetrySpec retry_from_json(const Json& json) {
  RetrySpec retry;
  retry.attempts = static_cast<int>(get_between(json, "attempts", 0, std::numeric_limits<int>::max()));
  retry.on.clear();
  for (const Json& cause : get<Json>(json, "on")) {
    if (!cause.is_string()) throw Error(ErrorKind::invalid, "on: must be a list of causes");
    retry.on.push_back(cause_from(cause.get<std::string>()));
  }
  retry.warning = std::chrono::seconds(get<std::int64_t>(json, "warning_seconds"));
  return retry;
}

}  // namespace trainyard
