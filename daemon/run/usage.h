// Usage: what a job occupied. One segment per job and restart: GPUs × [started_at, ended_at), integer
// seconds. Slurm keeps a suspended job's GPUs for it, so that time is occupied, too; it is kept apart as
// intervals.
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

// From the agent's last word to the end of its job: slurmctld hears of that when it listens.
inline constexpr std::chrono::seconds longest_farewell{15};

// Whose word a segment's times are: the scheduler's, or the agent's where the scheduler lost the job.
enum class SegmentSource { slurm, evidence };
const char* to_string(SegmentSource source);
SegmentSource segment_source_from(const std::string& name);  // Error{invalid}

struct Segment {
  JobKey job;
  int restart = 0;
  std::string gpu_type;  // empty: untyped, or no GPU
  int gpus = 0;          // allocated, not requested, all nodes together
  UtcSeconds started_at{};
  UtcSeconds ended_at{};
  std::vector<Period> suspended{};  // within [started_at, ended_at), in order, apart from each other
  SegmentSource source = SegmentSource::slurm;
  std::optional<UtcSeconds> last_seen_at{};  // when the agent last gave a sign of life; unset: it left none
  bool operator==(const Segment&) const = default;
};

// What the agent saw of one execution of a job; unset is what it left no evidence of.
struct Witness {
  std::optional<UtcSeconds> started_at;    // it was there: the job began no later
  std::optional<UtcSeconds> last_seen_at;  // its end, or else its last heartbeat
  bool ended = false;                      // it saw the program end, at last_seen_at
  int restart = 0;
  int gpus = 0;          // all nodes together
  std::string gpu_type;  // as asked for: the agent is not told what it got
};

// From start.json, exit.json and the time in the file `heartbeat`, all of the same execution.
Witness witness_of(const std::optional<StartEvidence>& start, const std::optional<ExitEvidence>& exit,
                   std::optional<UtcSeconds> heartbeat);

// What an ended job used. The scheduler's own times decide, to the second. Where it lost the job (never
// started, no end, 0 s though it ran to its end) the witness's do; of a job that nobody saw end, up to the
// last sign of life. A job that never started used nothing: nullopt.
// `suspensions`: those that were seen, see suspended_intervals().
std::optional<Segment> segment_of_job(const JobStatus& ended_job, const Witness& witness = {},
                                      const std::vector<Period>& suspensions = {});

// When the job was suspended, by what the scheduler tells of it in one record. Its sum is exact, and so is
// each interval that `observed` has from earlier records; what no record showed apart is one interval before
// the last resume. `observed` may overlap, where a slurmctld that was killed forgot a resume; the result, in
// order, does not.
std::vector<Period> suspended_intervals(const JobStatus& job, std::vector<Period> observed = {});

std::int64_t gpu_seconds(const Segment& segment);            // occupied
std::int64_t suspended_gpu_seconds(const Segment& segment);  // of these, those in which the job was suspended
std::chrono::seconds length_of(const std::vector<Period>& intervals);

Json to_json(const JobKey& key);
JobKey job_key_from_json(const Json& json);
Json to_json(const Segment& segment);
Segment segment_from_json(const Json& json);

}  // namespace trainyard
