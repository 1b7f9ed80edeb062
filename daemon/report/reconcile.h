// Reconcile: the ledger's segments held against Slurm's accounting and the agent's evidence, job by job.
// Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/ledger/ledger.h"

namespace trainyard {

// Why ledger and slurmdbd say what they say of a job.
enum class Finding {
  equal,                    // the same start, end, GPUs and suspended time, to the second
  controller_lost_job,      // slurmctld lost it, the agent did not: the ledger has the agent's times
  controller_forgot_end,    // slurmctld told an end, and slurmdbd another or none: the ledger has the first
  controller_repeated_job,  // slurmctld forgot its end and ran it again, shortly: the ledger has the first
  node_failure_detected_late,  // both end it when Slurm gave its node up; the agent was last seen before
  suspended,                   // the same start, end and GPUs; of how long it was suspended they differ
  not_ended_in_slurmdbd,       // slurmdbd has not heard of its end, or never will
  extra_copy,                  // submitted once more in doubt; the copy that the ledger has is the run's
  unheard_of,                  // slurmctld died before it told slurmdbd; the agent bears out what is charged
  given_up,                    // storing for an attempt that came to nothing: ended, and it held no GPU
  not_charged_yet,             // its run lives, and the daemon is about to see the end
  gpus_not_in_slurmdbd,  // the same times; slurmdbd does not account for GPUs, the ledger has slurmctld's
  differs,               // the first that nobody has explained: the times or the GPUs are others
  missing_in_ledger,
  missing_in_slurmdbd,
};
const char* to_string(Finding finding);  // "controller_lost_job"
std::string in_words(Finding finding);   // for an admin
bool is_explained(Finding finding);      // equal is; each explanation holds for so many seconds only

// One run of one job; at least one of the two is set.
struct ReconciledJob {
  Finding finding = Finding::equal;
  // How far apart the two may be for the explanation to hold; unset where nothing explains them.
  std::optional<std::int64_t> seconds_allowed;
  std::optional<ChargedSegment> charged;
  std::optional<JobStatus> recorded;

  // Seconds that only one of the two has; of `suspended`, by which the suspended times differ.
  std::int64_t seconds_apart() const;
  std::int64_t ledger_seconds() const;
  std::int64_t slurmdbd_seconds() const;
  // The ledger's GPU-seconds less slurmdbd's.
  std::int64_t gpu_seconds_too_many() const;
  // What the ledger should say for the two to agree: slurmdbd's times and GPUs, but never no GPU in the place
  // of some; nullopt where slurmdbd has nothing, or nothing else. Of a job that is not in the ledger: all of
  // it.
  std::optional<Segment> as_recorded() const;
  // How much later than the agent's last sign of life the ledger ends it; unset where it left none.
  std::optional<std::int64_t> seconds_unseen() const;
};

struct Reconciliation {
  std::vector<ReconciledJob> jobs;  // by their start; jobs that never started are no matter
  int count(Finding finding) const;
  int explained() const;  // without the equal ones
  int unexplained() const;
};

// Of what ended at or after `since`. Segments and rows may reach back further: what is near the edge in one
// account may be beyond it in the other. `uncharged`: jobs of live runs whose uses are still to come, as it
// was at `asked_at`.
Reconciliation reconcile(const std::vector<ChargedSegment>& in_force, const std::vector<JobStatus>& recorded,
                         const std::set<JobKey>& uncharged, UtcSeconds since, UtcSeconds asked_at);

}  // namespace trainyard
