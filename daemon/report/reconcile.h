// Reconcile: compares the ledger's segments with Slurm's accounting (slurmdbd) and the agent's evidence, job
// by job. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/ledger/ledger.h"

namespace trainyard {

// How the ledger and slurmdbd differ in what they say of a job, and why.
enum class Finding {
  equal,                    // the same start, end, GPUs and suspended time, to the second
  controller_lost_job,      // slurmctld lost the job: the ledger has the times that the agent or a poll saw
  controller_forgot_end,    // slurmdbd has another end or none: the ledger has what slurmctld told first
  controller_repeated_job,  // slurmctld forgot the end and briefly reran the job; the ledger has that end
  node_failure_detected_late,  // both end it when Slurm gave the node up; the agent was last seen before that
  suspended,                   // the same start, end and GPUs; the suspended times differ
  not_ended_in_slurmdbd,       // slurmdbd does not have the job's end yet, or never will
  extra_copy,                  // a second copy, submitted in doubt; the run used the copy in the ledger
  unheard_of,                  // slurmctld died before it told slurmdbd; the agent confirms what is charged
  given_up,                    // a store job, without GPUs, of an attempt without a result; the job was ended
  not_charged_yet,             // the run is live, and the daemon is about to see the job's end
  gpus_not_in_slurmdbd,  // the same times; slurmdbd does not account for GPUs, the ledger has slurmctld's
  differs,               // the times or the GPUs differ; this finding and all below are not explained
  missing_in_ledger,
  missing_in_slurmdbd,
};
const char* to_string(Finding finding);  // "controller_lost_job"
std::string in_words(Finding finding);   // for an admin
bool is_explained(Finding finding);      // true for `equal`, too; an explanation holds up to seconds_allowed

// One execution of a job: its segment in the ledger (`charged`), its record in slurmdbd (`recorded`), of
// which at least one is set, and how they differ.
struct ReconciledJob {
  Finding finding = Finding::equal;
  // The greatest difference in seconds that `finding` explains; unset if nothing explains the difference.
  std::optional<std::int64_t> seconds_allowed;
  std::optional<ChargedSegment> charged;
  std::optional<JobStatus> recorded;

  // Returns the number of seconds that only one of ledger and slurmdbd has; for Finding::suspended, the
  // number of seconds by which the suspended times differ.
  std::int64_t seconds_apart() const;
  std::int64_t ledger_seconds() const;
  std::int64_t slurmdbd_seconds() const;
  // Returns the ledger's GPU-seconds minus slurmdbd's.
  std::int64_t gpu_seconds_too_many() const;
  // Returns the segment that must be in the ledger to agree with slurmdbd: slurmdbd's times and GPUs, but the
  // ledger's GPUs if slurmdbd has none. For a job that is not in the ledger, returns slurmdbd's whole
  // segment. Returns nullopt if slurmdbd has no usage of the job, or the same times and GPUs as the ledger.
  std::optional<Segment> as_recorded() const;
  // Returns the number of seconds from the last sign of life of the job to its end in the ledger; nullopt:
  // there was no sign of life.
  std::optional<std::int64_t> seconds_unseen() const;
};

struct Reconciliation {
  std::vector<ReconciledJob> jobs;  // in the order of their starts; without jobs that never started
  int count(Finding finding) const;
  int explained() const;  // without Finding::equal
  int unexplained() const;
};

// Compares the jobs that ended at or after `since`. `in_force` and `recorded` can contain earlier jobs, too,
// because the end of a job can be after `since` in the ledger and before it in slurmdbd, or the other way
// round. `uncharged`: the jobs of live runs that were not yet charged at `asked_at`.
Reconciliation reconcile(const std::vector<ChargedSegment>& in_force, const std::vector<JobStatus>& recorded,
                         const std::set<JobKey>& uncharged, UtcSeconds since, UtcSeconds asked_at);

}  // namespace trainyard
