#include "daemon/run/event_values.h"

#include <array>

namespace trainyard {
namespace {

// In the order of the enumerations.
constexpr std::array phase_names{"pending", "running", "suspended", "ended"};
constexpr std::array outcome_names{"completed",    "failed",    "cancelled",     "time_limit",
                                   "node_failure", "preempted", "out_of_memory", "dependency_failed",
                                   "unknown"};

Json optional_time(const std::optional<UtcSeconds>& time) { return time ? Json(to_unix(*time)) : Json(); }

}  // namespace

std::optional<UtcSeconds> optional_time_from(const Json& json, const char* key) {
  if (!json.contains(key) || json.at(key).is_null()) return std::nullopt;
  return from_unix(get<std::int64_t>(json, key));
}

Json to_json(const Owner& owner) { return {{"uid", owner.uid}, {"gid", owner.gid}, {"name", owner.name}}; }

Owner owner_from_json(const Json& json) {
  return {static_cast<std::uint32_t>(get<std::int64_t>(json, "uid")),
          static_cast<std::uint32_t>(get<std::int64_t>(json, "gid")), get<std::string>(json, "name")};
}

Json to_json(const JobStatus& job) {
  return {{"key", to_json(job.key)},
          {"phase", name_in(phase_names, job.phase)},
          {"outcome", name_in(outcome_names, job.outcome)},
          {"reason", job.reason},
          {"state", job.state},
          {"exit_code", job.exit_code},
          {"signal", job.signal},
          {"restarts", job.restarts},
          {"started_at", optional_time(job.started_at)},
          {"ended_at", optional_time(job.ended_at)},
          {"nodes", job.nodes},
          {"gpus", job.gpus},
          {"gpu_type", job.gpu_type},
          {"gpus_on_record", job.gpus_on_record},
          {"account", job.account},
          {"partition", job.partition},
          {"qos", job.qos},
          {"suspended", job.suspended.count()},
          {"suspension_turn_at", optional_time(job.suspension_turn_at)}};
}

JobStatus job_status_from_json(const Json& json) {
  JobStatus job;
  job.key = job_key_from_json(get<Json>(json, "key"));
  job.phase = value_in<JobPhase>(phase_names, get<std::string>(json, "phase"));
  job.outcome = value_in<JobOutcome>(outcome_names, get<std::string>(json, "outcome"));
  job.reason = get<std::string>(json, "reason");
  job.state = get<std::string>(json, "state");
  job.exit_code = static_cast<int>(get<std::int64_t>(json, "exit_code"));
  job.signal = static_cast<int>(get<std::int64_t>(json, "signal"));
  job.restarts = static_cast<int>(get<std::int64_t>(json, "restarts"));
  job.started_at = optional_time_from(json, "started_at");
  job.ended_at = optional_time_from(json, "ended_at");
  job.nodes = get<std::string>(json, "nodes");
  job.gpus = static_cast<int>(get<std::int64_t>(json, "gpus"));
  job.gpu_type = get<std::string>(json, "gpu_type");
  job.gpus_on_record = get_or<bool>(json, "gpus_on_record", true);
  job.account = get_or<std::string>(json, "account", "");
  job.partition = get_or<std::string>(json, "partition", "");
  job.qos = get_or<std::string>(json, "qos", "");
  job.suspended = std::chrono::seconds(get_or<std::int64_t>(json, "suspended", 0));
  job.suspension_turn_at = optional_time_from(json, "suspension_turn_at");
  return job;
}

std::optional<Segment> optional_segment_from(const Json& json) {
  Json segment = get_or(json, "segment", Json());
  return segment.is_null() ? std::nullopt : std::optional(segment_from_json(segment));
}

std::optional<int> optional_int(const Json& json, const char* key) {
  if (!json.contains(key) || json.at(key).is_null()) return std::nullopt;
  return static_cast<int>(get<std::int64_t>(json, key));
}

Json to_json(const ScratchPlace& place) { return {{"base", place.base}, {"path", place.path}}; }

ScratchPlace scratch_place_from(const Json& json) {
  Json place = get_or(json, "scratch", Json());
  if (place.is_null()) return {};
  return {get<std::string>(place, "base"), get<std::string>(place, "path")};
}

std::vector<std::string> lines_from_json(const Json& json, const char* key) {
  std::vector<std::string> lines;
  for (const Json& line : get_or(json, key, Json::array())) lines.push_back(line.get<std::string>());
  return lines;
}

}  // namespace trainyard
