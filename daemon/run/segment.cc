#include "daemon/run/segment.h"

#include <algorithm>
#include <array>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr std::array source_names{"slurm", "evidence"};

// Returns true if Slurm itself ended the job. Then a later sighting of the job shows only that its processes
// were still ending.
bool ended_on_purpose(JobOutcome outcome) {
  return outcome == JobOutcome::cancelled || outcome == JobOutcome::time_limit ||
         outcome == JobOutcome::preempted || outcome == JobOutcome::out_of_memory;
}

bool is_complete(const JobStatus& job) {
  return job.started_at && job.ended_at && *job.ended_at >= *job.started_at;
}

// Returns true if the scheduler's record shows no usage of the job, although a poll or the agent saw it run
// for `ran`.
bool is_lost(const JobStatus& job, std::chrono::seconds ran) {
  if (!is_complete(job)) return true;
  // A correct record of a job that took about a second can have the same start and end.
  return *job.started_at == *job.ended_at && ran > std::chrono::seconds(1) && !ended_on_purpose(job.outcome);
}

std::chrono::seconds time_seen(const Witness& witness) {
  return witness.last_seen_at.value_or(*witness.started_at) - *witness.started_at;
}

// Returns true if the scheduler's record contradicts the polls: it shows no usage, or it ends well before the
// last sighting. The clocks of hosts differ by some seconds, so an end only some seconds before the last
// sighting is no contradiction.
bool contradicts(const JobStatus& job, const Sighting& seen) {
  return is_lost(job, seen.until - seen.started_at) || seen.until > *job.ended_at + longest_farewell;
}

std::string first_set(const std::string& one, const std::string& other) { return one.empty() ? other : one; }

std::optional<Segment> by_scheduler(const JobStatus& job) {
  if (!is_complete(job)) return std::nullopt;
  Segment segment{job.key,  job.restarts,    job.gpus > 0 ? job.gpu_type : std::string(),
                  job.gpus, *job.started_at, *job.ended_at};
  segment.account = job.account;
  return segment;
}

// Returns a segment that covers at least the time and GPUs that the polls saw: the scheduler's segment or, if
// the scheduler has none or contradicts the polls, that segment extended to the polls' times.
Segment no_less_than(std::optional<Segment> recorded, const JobStatus& job, const Sighting& seen) {
  if (!recorded || contradicts(job, seen)) {
    Segment segment = recorded.value_or(Segment{job.key, job.restarts});
    segment.started_at = recorded ? std::min(recorded->started_at, seen.started_at) : seen.started_at;
    segment.ended_at = std::max(recorded ? recorded->ended_at : seen.until, seen.until);
    segment.source = SegmentSource::evidence;
    segment.last_seen_at = seen.until;
    recorded = segment;
  }
  if (seen.gpus > recorded->gpus) {
    recorded->gpus = seen.gpus;
    recorded->gpu_type = first_set(recorded->gpu_type, seen.gpu_type);
  }
  recorded->account = first_set(job.account, seen.account);
  return *recorded;
}

// Returns the scheduler's record, with the start that polls saw if the record has no start and its end is
// soon after the last sighting: slurmctld forgets the start of a job that it requeues. A later end is not
// that of the same execution.
JobStatus with_start_seen(JobStatus job, const std::optional<Sighting>& seen) {
  if (seen && !job.started_at && job.ended_at && *job.ended_at >= seen->started_at &&
      *job.ended_at <= seen->until + longest_farewell)
    job.started_at = seen->started_at;
  return job;
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

// Returns the intervals in order, with overlapping and adjacent ones merged.
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

Sighting seen_again(const std::optional<Sighting>& before, const JobStatus& job, UtcSeconds at) {
  UtcSeconds started_at = job.started_at.value_or(at);
  Sighting seen = before.value_or(Sighting{started_at, started_at, 0, "", ""});
  seen.until = std::max(seen.until, at);
  if (job.gpus > seen.gpus) {
    seen.gpus = job.gpus;
    seen.gpu_type = job.gpu_type;
  }
  seen.account = first_set(job.account, seen.account);
  return seen;
}

Witness witness_of(const std::optional<StartEvidence>& start, const std::optional<ExitEvidence>& exit,
                   std::optional<UtcSeconds> heartbeat) {
  Witness witness;
  witness.last_seen_at = heartbeat;
  if (start) {
    witness.started_at = start->claim.at;
    witness.last_seen_at = std::max(start->at, heartbeat.value_or(start->at));
  }
  if (exit) {
    witness.started_at = exit->claim.at;
    witness.last_seen_at = exit->ended_at;
    witness.ended = true;
  }
  return witness;
}

Witness within(Witness witness, const Period& period) {
  for (std::optional<UtcSeconds>* time : {&witness.started_at, &witness.last_seen_at})
    if (*time) *time = std::min(std::max(**time, period.since), std::max(period.since, period.until));
  return witness;
}

std::optional<Segment> segment_of_job(const JobStatus& record, const std::optional<Sighting>& seen,
                                      const std::vector<Period>& suspensions) {
  const JobStatus job = with_start_seen(record, seen);
  std::optional<Segment> segment = by_scheduler(job);
  if (seen) segment = no_less_than(segment, job, *seen);
  if (!segment) return std::nullopt;
  segment->suspended = clipped(suspended_intervals(job, suspensions), *segment);
  return segment;
}

std::optional<Segment> with_evidence(const std::optional<Segment>& charged, const JobStatus& job,
                                     const Witness& witness, int gpus, const std::string& gpu_type) {
  // The scheduler did not lose this job: it only had no start, which segment_of_job() has added.
  if (charged && charged->source == SegmentSource::slurm && !job.started_at) return charged;
  if (!witness.started_at || !is_lost(job, time_seen(witness))) return charged;
  Segment segment = charged.value_or(Segment{job.key, job.restarts});
  UtcSeconds began = std::min(*witness.started_at, job.started_at.value_or(*witness.started_at));
  segment.started_at = charged ? std::min(charged->started_at, began) : began;
  UtcSeconds ended = std::max(segment.started_at, witness.last_seen_at.value_or(began));
  segment.ended_at = charged ? std::max(charged->ended_at, ended) : ended;
  segment.gpus = std::max(segment.gpus, job.gpus > 0 ? job.gpus : gpus);
  if (segment.gpus > 0) segment.gpu_type = first_set(segment.gpu_type, first_set(job.gpu_type, gpu_type));
  segment.account = first_set(segment.account, job.account);
  segment.source = SegmentSource::evidence;
  segment.last_seen_at = std::max(segment.last_seen_at, witness.last_seen_at);
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

std::string gpu_key(const Segment& segment) {
  if (segment.gpus == 0) return "";
  return segment.gpu_type.empty() ? "gpu" : segment.gpu_type;
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
          {"last_seen_at", segment.last_seen_at ? Json(to_unix(*segment.last_seen_at)) : Json()},
          {"account", segment.account}};
}

// JSON of an earlier release can lack suspensions, source, last sign of life and account.
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
  segment.account = get_or<std::string>(json, "account", "");
  return segment;
}

}  // namespace trainyard
