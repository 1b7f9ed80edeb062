#include "daemon/run/usage.h"

#include <algorithm>
#include <array>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr std::array source_names{"slurm", "evidence"};

// Who ends a job on purpose knows when: what the agent still saw of it is its processes going down.
bool ended_on_purpose(JobOutcome outcome) {
  return outcome == JobOutcome::cancelled || outcome == JobOutcome::time_limit ||
         outcome == JobOutcome::preempted || outcome == JobOutcome::out_of_memory;
}

bool is_lost(const JobStatus& job, const Witness& witness) {
  if (!witness.started_at) return false;
  if (!job.started_at || !job.ended_at || *job.ended_at < *job.started_at) return true;
  // Within a second or so an honest account of a short job may say that it took no time.
  bool ran = witness.last_seen_at && *witness.last_seen_at - *witness.started_at > std::chrono::seconds(1);
  return *job.started_at == *job.ended_at && ran && !ended_on_purpose(job.outcome);
}

std::optional<Segment> by_evidence(const JobStatus& job, const Witness& witness) {
  Segment segment;
  segment.job = job.key;
  segment.restart = witness.restart;
  segment.gpus = job.gpus > 0 ? job.gpus : witness.gpus;
  if (segment.gpus > 0) segment.gpu_type = job.gpu_type.empty() ? witness.gpu_type : job.gpu_type;
  segment.started_at = std::min(*witness.started_at, job.started_at.value_or(*witness.started_at));
  segment.ended_at = std::max(segment.started_at, witness.last_seen_at.value_or(*witness.started_at));
  segment.source = SegmentSource::evidence;
  return segment;
}

std::optional<Segment> by_scheduler(const JobStatus& job) {
  if (!job.started_at || !job.ended_at || *job.ended_at < *job.started_at) return std::nullopt;
  return Segment{job.key,  job.restarts,    job.gpus > 0 ? job.gpu_type : std::string(),
                 job.gpus, *job.started_at, *job.ended_at};
}

std::vector<Period> clipped(const std::vector<Period>& intervals, const Segment& segment) {
  std::vector<Period> inside;
  for (Period interval : intervals) {
    interval.since = std::max(interval.since, segment.started_at);
    interval.until = std::min(interval.until, segment.ended_at);
    if (interval.since < interval.until) inside.push_back(interval);
  }
  return inside;
}

// In order and apart from each other again.
std::vector<Period> merged(std::vector<Period> intervals) {
  std::ranges::sort(intervals, {}, &Period::since);
  std::vector<Period> apart;
  for (const Period& interval : intervals) {
    if (!apart.empty() && interval.since <= apart.back().until)
      apart.back().until = std::max(apart.back().until, interval.until);
    else
      apart.push_back(interval);
  }
  return apart;
}

Json to_json(const std::vector<Period>& intervals) {
  Json list = Json::array();
  for (const Period& interval : intervals)
    list.push_back({{"since", to_unix(interval.since)}, {"until", to_unix(interval.until)}});
  return list;
}

std::vector<Period> intervals_from_json(const Json& json) {
  std::vector<Period> intervals;
  for (const Json& interval : json)
    intervals.push_back(
        {from_unix(get<std::int64_t>(interval, "since")), from_unix(get<std::int64_t>(interval, "until"))});
  return intervals;
}

}  // namespace

const char* to_string(SegmentSource source) { return source_names.at(static_cast<std::size_t>(source)); }

SegmentSource segment_source_from(const std::string& name) {
  for (std::size_t i = 0; i < source_names.size(); ++i)
    if (name == source_names[i]) return static_cast<SegmentSource>(i);
  throw Error(ErrorKind::invalid, "unknown source of a segment in the ledger: " + name);
}

Witness witness_of(const std::optional<StartEvidence>& start, const std::optional<ExitEvidence>& exit,
                   std::optional<UtcSeconds> heartbeat) {
  Witness witness;
  witness.last_seen_at = heartbeat;
  if (start) {
    witness.started_at = start->claim.at;
    witness.restart = start->claim.restarts;
    witness.gpus = start->gpus;
    witness.last_seen_at = std::max(start->at, heartbeat.value_or(start->at));
  }
  if (exit) {
    witness.started_at = exit->claim.at;
    witness.restart = exit->claim.restarts;
    witness.last_seen_at = exit->ended_at;
    witness.ended = true;
  }
  return witness;
}

std::optional<Segment> segment_of_job(const JobStatus& job, const Witness& witness,
                                      const std::vector<Period>& suspensions) {
  std::optional<Segment> segment = is_lost(job, witness) ? by_evidence(job, witness) : by_scheduler(job);
  if (!segment) return std::nullopt;
  segment->suspended = clipped(suspended_intervals(job, suspensions), *segment);
  segment->last_seen_at = witness.last_seen_at;
  return segment;
}

std::vector<Period> suspended_intervals(const JobStatus& job, std::vector<Period> observed) {
  observed = merged(std::move(observed));
  std::chrono::seconds unseen = job.suspended - length_of(observed);
  if (unseen.count() <= 0 || !job.suspension_turn_at) return observed;
  UtcSeconds until = *job.suspension_turn_at;
  if (!observed.empty() && observed.back().until >= until) until = observed.back().since;
  observed.push_back({until - unseen, until});
  return merged(std::move(observed));
}

std::int64_t gpu_seconds(const Segment& segment) {
  return segment.gpus * (segment.ended_at - segment.started_at).count();
}

std::int64_t suspended_gpu_seconds(const Segment& segment) {
  return segment.gpus * length_of(segment.suspended).count();
}

std::chrono::seconds length_of(const std::vector<Period>& intervals) {
  std::chrono::seconds length{0};
  for (const Period& interval : intervals) length += interval.until - interval.since;
  return length;
}

Json to_json(const JobKey& key) {
  Json json{{"cluster", key.cluster}, {"job_id", key.job_id}, {"submitted_at", to_unix(key.submitted_at)}};
  if (key.task) json["array_task"] = *key.task;
  return json;
}

JobKey job_key_from_json(const Json& json) {
  JobKey key{get<std::string>(json, "cluster"), static_cast<std::uint32_t>(get<std::int64_t>(json, "job_id")),
             from_unix(get<std::int64_t>(json, "submitted_at"))};
  if (json.contains("array_task"))
    key.task = static_cast<std::uint32_t>(get<std::int64_t>(json, "array_task"));
  return key;
}

Json to_json(const Segment& segment) {
  return {{"job", to_json(segment.job)},
          {"restart", segment.restart},
          {"gpu_type", segment.gpu_type},
          {"gpus", segment.gpus},
          {"started_at", to_unix(segment.started_at)},
          {"ended_at", to_unix(segment.ended_at)},
          {"suspended", to_json(segment.suspended)},
          {"source", to_string(segment.source)},
          {"last_seen_at", segment.last_seen_at ? Json(to_unix(*segment.last_seen_at)) : Json()}};
}

// What an earlier release wrote knows nothing of suspensions, sources and signs of life.
Segment segment_from_json(const Json& json) {
  Segment segment;
  segment.job = job_key_from_json(get<Json>(json, "job"));
  segment.restart = static_cast<int>(get<std::int64_t>(json, "restart"));
  segment.gpu_type = get<std::string>(json, "gpu_type");
  segment.gpus = static_cast<int>(get<std::int64_t>(json, "gpus"));
  segment.started_at = from_unix(get<std::int64_t>(json, "started_at"));
  segment.ended_at = from_unix(get<std::int64_t>(json, "ended_at"));
  segment.suspended = intervals_from_json(get_or(json, "suspended", Json::array()));
  segment.source = segment_source_from(get_or<std::string>(json, "source", "slurm"));
  if (json.contains("last_seen_at") && !json.at("last_seen_at").is_null())
    segment.last_seen_at = from_unix(get<std::int64_t>(json, "last_seen_at"));
  return segment;
}

}  // namespace trainyard
