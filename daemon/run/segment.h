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

// Whose word a segment's times are: the scheduler's last one, or, where the scheduler lost the job, what was
// seen of the job while it ran (by our polls, by its agent).
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
  std::vector<Period> suspended{};  // within [started_at, ended_at), in order, apart from each other
  SegmentSource source = SegmentSource::slurm;
  std::optional<UtcSeconds> last_seen_at{};  // when its agent, or our polls, last saw it live; unset: unknown
  std::string account{};  // by the scheduler's record, else as asked for; empty: neither names one
  bool operator==(const Segment&) const = default;
};

// What our polls saw of a job while it ran: the scheduler's own word, given earlier. No charge is below it.
struct Sighting {
  UtcSeconds started_at{};
  UtcSeconds until{};  // it was running then, and not only completing
  int gpus = 0;        // the most that were on record
  std::string gpu_type;
  std::string account;
};
// The sighting after one more record of a running job, read at `at` or later.
Sighting seen_again(const std::optional<Sighting>& before, const JobStatus& running_job, UtcSeconds at);

// What the agent saw of one execution of a job; unset is what it left no evidence of. Its files are the
// user's: see within() for how far it is believed.
struct Witness {
  std::optional<UtcSeconds> started_at;    // it was there: the job began no later
  std::optional<UtcSeconds> last_seen_at;  // its end, or else its last heartbeat
  bool ended = false;                      // it saw the program end, at last_seen_at
};

// From start.json, exit.json and the time in the file `heartbeat`, all of the same execution.
Witness witness_of(const std::optional<StartEvidence>& start, const std::optional<ExitEvidence>& exit,
                   std::optional<UtcSeconds> heartbeat);

// The witness with all its times moved into the period: a job cannot begin before it is submitted, nor be
// seen after its end was known.
Witness within(Witness witness, const Period& period);

// What an ended job used by the scheduler's word, to the second. Where that word contradicts what was seen
// (never started, no end, an end before the job was last seen running), the use reaches as far as it was
// seen. nullopt: by all accounts the job never started, and used nothing.
// `suspensions`: those that were seen, see suspended_intervals().
std::optional<Segment> segment_of_job(const JobStatus& ended_job, const std::optional<Sighting>& seen = {},
                                      const std::vector<Period>& suspensions = {});

// What the witness makes of a charge. Only where the scheduler lost the job (never started, no end, 0 s
// though it ran) does evidence count, and then it fills in or lengthens: the result is never less than
// `charged` in time or GPUs. `gpus`, `gpu_type`: as asked for, where no record tells them.
std::optional<Segment> with_evidence(const std::optional<Segment>& charged, const JobStatus& ended_job,
                                     const Witness& witness, int gpus, const std::string& gpu_type);

// When the job was suspended, by what the scheduler tells of it in one record. Its sum is exact, and so is
// each interval that `observed` has from earlier records; what no record showed apart is one interval before
// the last resume. `observed` may overlap, where a slurmctld that was killed forgot a resume; the result, in
// order, does not.
std::vector<Period> suspended_intervals(const JobStatus& job, std::vector<Period> observed = {});

// What reports call its GPUs: their type, "gpu" where they are untyped, empty without GPUs.
std::string gpu_key(const Segment& segment);
std::int64_t gpu_seconds(const Segment& segment);            // occupied
std::int64_t suspended_gpu_seconds(const Segment& segment);  // of these, those in which the job was suspended
std::chrono::seconds length_of(const std::vector<Period>& intervals);

Json to_json(const JobKey& key);
JobKey job_key_from_json(const Json& json);
Json to_json(const Segment& segment);
Segment segment_from_json(const Json& json);

}  // namespace trainyard
