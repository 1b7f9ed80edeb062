// Usage: what a job occupied. One segment per job and restart: GPUs × [started_at, ended_at), integer
// seconds.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/json.h"
#include "plugins/scheduler.h"

namespace trainyard {

struct Segment {
  JobKey job;
  int restart = 0;
  std::string gpu_type;  // empty: untyped, or no GPU
  int gpus = 0;          // allocated, not requested, all nodes together
  UtcSeconds started_at{};
  UtcSeconds ended_at{};
  bool operator==(const Segment&) const = default;
};

// A job that never started used nothing: nullopt.
std::optional<Segment> segment_of_job(const JobStatus& ended_job);

std::int64_t gpu_seconds(const Segment& segment);

Json to_json(const JobKey& key);
JobKey job_key_from_json(const Json& json);
Json to_json(const Segment& segment);
Segment segment_from_json(const Json& json);

}  // namespace trainyard
