#include "daemon/run/usage.h"

namespace trainyard {

std::optional<Segment> segment_of_job(const JobStatus& ended_job) {
  if (!ended_job.started_at || !ended_job.ended_at || *ended_job.ended_at < *ended_job.started_at)
    return std::nullopt;
  return Segment{
      ended_job.key,  ended_job.restarts,    ended_job.gpus > 0 ? ended_job.gpu_type : std::string(),
      ended_job.gpus, *ended_job.started_at, *ended_job.ended_at};
}

std::int64_t gpu_seconds(const Segment& segment) {
  return segment.gpus * (segment.ended_at - segment.started_at).count();
}

Json to_json(const JobKey& key) {
  return {{"cluster", key.cluster}, {"job_id", key.job_id}, {"submitted_at", to_unix(key.submitted_at)}};
}

JobKey job_key_from_json(const Json& json) {
  return {get<std::string>(json, "cluster"), static_cast<std::uint32_t>(get<std::int64_t>(json, "job_id")),
          from_unix(get<std::int64_t>(json, "submitted_at"))};
}

Json to_json(const Segment& segment) {
  return {{"job", to_json(segment.job)},
          {"restart", segment.restart},
          {"gpu_type", segment.gpu_type},
          {"gpus", segment.gpus},
          {"started_at", to_unix(segment.started_at)},
          {"ended_at", to_unix(segment.ended_at)}};
}

Segment segment_from_json(const Json& json) {
  return {job_key_from_json(get<Json>(json, "job")),
          static_cast<int>(get<std::int64_t>(json, "restart")),
          get<std::string>(json, "gpu_type"),
          static_cast<int>(get<std::int64_t>(json, "gpus")),
          from_unix(get<std::int64_t>(json, "started_at")),
          from_unix(get<std::int64_t>(json, "ended_at"))};
}

}  // namespace trainyard
