// Usage: what a job occupied. There is one segment for each job and restart: GPUs × [started_at, ended_at),
// in integer seconds. Slurm keeps a suspended job's GPUs allocated, so suspended time is occupied, too; the
// segment also lists it as intervals.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/json.h"
#include "daemon/handover/handover.h"
#include "plugins/scheduler.h"

namespace trainyard {

// The longest time from the agent's last sign of life to the recorded end of its job: slurmctld can learn of
// the end with a delay.
inline constexpr std::chrono::seconds longest_farewell{15};

// The source of a segment's times. slurm: the scheduler's final record. evidence: the scheduler lost the job,
// and the times are what polls or the agent saw of the job while it ran.
enum class SegmentSource { slurm, evidence };
const char* to_string(SegmentSource source);
SegmentSource segment_source_from(const std::string& name);  // Error{invalid}

struct Segment {
  JobKey job;
  int restart = 0;
  std::string gpu_type{};  // empty: untyped, or no GPU
  int gpus = 0;            // allocated, not requested, all nodes together
  UtcSeconds started_at{};
  UtcSeconds ended_at{};
  std::vector<Period> suspended{};  // within [started_at, ended_at), in order, not overlapping
  SegmentSource source = SegmentSource::slurm;
  std::optional<UtcSeconds> last_seen_at{};  // when the agent or a poll last saw the job live; unset: unknown
  // By the scheduler's record, else the requested account; empty: neither names an account.
  std::string account{};
  bool operator==(const Segment&) const = default;
};

// What polls saw of a job while it ran, which the scheduler itself reported then. No charge is less than
// this.
struct Sighting {
  UtcSeconds started_at{};
  UtcSeconds until{};  // when the job was last seen running, and not only completing
  int gpus = 0;        // the highest number that a poll showed
  std::string gpu_type;
  std::string account;
};
// Returns the sighting with one more record of the running job added, which was read at `at` or later.
Sighting seen_again(const std::optional<Sighting>& before, const JobStatus& running_job, UtcSeconds at);

// What the agent's evidence tells of one execution of a job. A field is unset if there is no evidence of it.
// The user can write the evidence files; within() limits how far they are believed.
struct Witness {
  std::optional<UtcSeconds> started_at;    // the agent was running then: the job began no later
  std::optional<UtcSeconds> last_seen_at;  // the program's end, or else the last heartbeat
  bool ended = false;                      // the agent saw the program end, at last_seen_at
};

// Makes a witness from start.json, exit.json and the time in the file `heartbeat`, all of the same execution.
Witness witness_of(const std::optional<StartEvidence>& start, const std::optional<ExitEvidence>& exit,
                   std::optional<UtcSeconds> heartbeat);

// Returns the witness with all its times moved into the period: a job cannot begin before its submission, and
// cannot be seen after its end was known.
Witness within(Witness witness, const Period& period);

// Returns what an ended job used by the scheduler's record, to the second. If the record contradicts what was
// seen (never started, no end, or an end before the job was last seen running), the segment covers at least
// what was seen. If it lacks only the start, the start is the one that was seen. nullopt: no source shows that the job started, so it used nothing.
// `suspensions`: those that polls saw, see suspended_intervals().
std::optional<Segment> segment_of_job(const JobStatus& record, const std::optional<Sighting>& seen = {},
                                      const std::vector<Period>& suspensions = {});

// Returns the charge with the agent's evidence applied. Evidence counts only if the scheduler lost the job
// (never started, no end, or 0 s although the job ran). Evidence only fills in or lengthens: the result is
// never less than `charged` in time or GPUs. `gpus`, `gpu_type`: the requested ones, used if no record tells
// them.
std::optional<Segment> with_evidence(const std::optional<Segment>& charged, const JobStatus& ended_job,
                                     const Witness& witness, int gpus, const std::string& gpu_type);

// Returns when the job was suspended, from one record of the scheduler and the intervals `observed` in
// earlier records. The record's sum is exact, and so is each observed interval. The rest of the sum, which no
// record showed as intervals, becomes one interval before the last resume. `observed` can overlap, because a
// slurmctld that was killed can forget a resume. The result is in order and does not overlap.
std::vector<Period> suspended_intervals(const JobStatus& job, std::vector<Period> observed = {});

// Returns what reports call the segment's GPUs: their type, "gpu" if they are untyped, empty without GPUs.
std::string gpu_key(const Segment& segment);
std::int64_t gpu_seconds(const Segment& segment);            // occupied, suspended time included
std::int64_t suspended_gpu_seconds(const Segment& segment);  // the suspended part of gpu_seconds()
std::chrono::seconds length_of(const std::vector<Period>& intervals);

Json to_json(const JobKey& key);
JobKey job_key_from_json(const Json& json);
Json to_json(const Segment& segment);
Segment segment_from_json(const Json& json);

}  // namespace trainyard
