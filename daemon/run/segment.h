// Segment: the usage of a job. There is one segment for each job and restart: GPUs × [started_at, ended_at),
// in integer seconds. Slurm keeps a suspended job's GPUs allocated, so suspended time is used, too; the
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
  // The account in the scheduler's record, else the requested account; empty: there is neither.
  std::string account{};
  bool operator==(const Segment&) const = default;
};

// What the scheduler showed of a job in the daemon's polls while the job ran. A job is charged for no less
// than this.
struct Sighting {
  UtcSeconds started_at{};
  UtcSeconds until{};  // when the job was last seen running, and not only completing
  int gpus = 0;        // the highest number that a poll showed
  std::string gpu_type;
  std::string account;
};
// Returns the sighting with one more record of the running job added, which was read at `at` or later.
Sighting seen_again(const std::optional<Sighting>& before, const JobStatus& running_job, UtcSeconds at);

// The times of one execution of a job in the agent's evidence. A field is unset if there is no evidence of
// it. The user can write the evidence files, so within() limits the times.
struct Witness {
  std::optional<UtcSeconds> started_at;    // the agent was running then: the job began no later
  std::optional<UtcSeconds> last_seen_at;  // the program's end, or else the last heartbeat
  bool ended = false;                      // the agent saw the program end, at last_seen_at
};

// Makes a witness from start.json, exit.json and the time in the file `heartbeat`, all of the same execution.
Witness witness_of(const std::optional<StartEvidence>& start, const std::optional<ExitEvidence>& exit,
                   std::optional<UtcSeconds> heartbeat);

// Returns the witness with each time that is outside `period` moved to the nearer end of it: a job cannot
// begin before its submission, and cannot be seen after its end was known.
Witness within(Witness witness, const Period& period);

// Returns the usage of an ended job by the scheduler's record, to the second. If the record contradicts the
// sighting `seen` (never started, no end, or an end before the job was last seen running), the segment covers
// at least the sighting. If the record lacks only the start, the start is that of the sighting. nullopt:
// neither shows that the job started, so it used nothing. `suspensions`: those that polls saw, see
// suspended_intervals().
std::optional<Segment> segment_of_job(const JobStatus& record, const std::optional<Sighting>& seen = {},
                                      const std::vector<Period>& suspensions = {});

// Returns the segment to charge for a train job: `charged`, changed by the agent's evidence if the scheduler
// lost the job (never started, no end, or 0 s although the job ran). The evidence can only add: the result
// never has less time or fewer GPUs than `charged`. `gpus`, `gpu_type`: the requested ones, used if the
// scheduler's record has none.
std::optional<Segment> with_evidence(const std::optional<Segment>& charged, const JobStatus& ended_job,
                                     const Witness& witness, int gpus, const std::string& gpu_type);

// Returns the intervals in which the job was suspended: those `observed` in earlier records of the scheduler,
// and one before the last resume that makes their total that of this record. The record's total is exact, and
// so is each observed interval. `observed` can overlap, because a slurmctld that was killed can forget a
// resume. The result is in order and does not overlap.
std::vector<Period> suspended_intervals(const JobStatus& job, std::vector<Period> observed = {});

// Returns the name of the segment's GPUs in reports: their type, "gpu" if they have none, empty without GPUs.
std::string gpu_key(const Segment& segment);
std::int64_t gpu_seconds(const Segment& segment);            // occupied, suspended time included
std::int64_t suspended_gpu_seconds(const Segment& segment);  // the suspended part of gpu_seconds()
std::chrono::seconds length_of(const std::vector<Period>& intervals);

Json to_json(const JobKey& key);
JobKey job_key_from_json(const Json& json);
Json to_json(const Segment& segment);
Segment segment_from_json(const Json& json);

}  // namespace trainyard
