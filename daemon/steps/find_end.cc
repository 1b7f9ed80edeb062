// find_end: the step for a released train job whose state in slurmctld might be out of date. A slurmctld that
// was killed starts again from a state that is up to five seconds old, so it can have lost the job's release,
// its start, or its start and end.
#include "daemon/base/log.h"
#include "daemon/handover/claim.h"
#include "daemon/handover/layout.h"
#include "daemon/steps/read_evidence.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

// The clocks of two hosts differ by at most this much. If a heartbeat is further in the future, no agent
// wrote it.
constexpr std::chrono::seconds clock_difference{60};

bool is_silent(const AttemptEvidence& evidence) {
  UtcSeconds sign_of_life = std::max(evidence.heartbeat.value_or(evidence.claim->at), evidence.claim->at);
  return sign_of_life > now() + clock_difference || now() > sign_of_life + ended_after;
}

// Slurm's reason for a job that no node can run. Slurm checks the request of a held job only after the job's
// release, and then holds such a job for good.
constexpr const char* never_runnable = "BadConstraints";

// Slurm makes the check for BadConstraints within this time after the release. If a job has this reason
// later, the cluster has changed, and it might change again.
constexpr std::chrono::seconds first_look{60};

bool can_never_run(const TrainingRun& run, const JobStatus& job) {
  return job.reason == never_runnable && now() < run.attempt()->released_at + first_look;
}

// Returns true if slurmctld lost the release of the job, because slurmctld was started again after the
// release from an older state. Otherwise the owner or an admin holds the job on purpose.
bool is_release_lost(SchedulerReader& reader, const TrainingRun& run, const JobStatus& job) {
  bool is_held_by_others = job.reason == "JobHeldAdmin" || job.reason == never_runnable;
  return !is_held_by_others &&
         reader.controller_started_at() >= run.attempt()->released_at - clock_difference;
}

}  // namespace

// Cancels a job that has ended by the agent's evidence, but not in slurmctld. A slurmctld that was killed can
// have forgotten the end, and would keep the GPUs allocated until the time limit of the job.
RunStepResult Steps::end_if_over(const TrainingRun& run, const AttemptEvidence& evidence,
                                 const JobStatus& job) {
  if (!evidence.exit || now() < evidence.exit->ended_at + longest_farewell) return {{}, look_again};
  log_warning("run={} job={} is over, and slurmctld does not know it", run.id, to_string(job.key));
  cancel_if_there(run.owner.uid, job.key, job.token);
  return {{}, look_again};
}

// Cancels the jobs of a run that no node can run, then throws the StepFailure that ends the run. Its message
// is the one with which Slurm refuses such a job if it is not submitted held.
void Steps::refuse(const TrainingRun& run) {
  cancel_if_there(run.owner.uid, run.attempt()->train->key, token_of(site_.ledger_id, run, JobRole::train));
  cancel_store(run);
  throw StepFailure(Meaning::users_fault,
                    "Slurm refuses its job: Requested node configuration is not available (BadConstraints)");
}

RunStepResult Steps::find_end(const TrainingRun& run) {
  const Attempt& attempt = *run.attempt();
  Token token = token_of(site_.ledger_id, run, JobRole::train);
  AttemptEvidence evidence = read_evidence(*files_of(run), attempt_directory(run), run);
  std::optional<JobStatus> job;
  for (const JobStatus& seen : reader_.look_up(attempt.train->key.job_id, run.owner.uid))
    if (seen.key == attempt.train->key) job = seen;
  if (!job) return {{}, look_again};  // the next poll will see that the job is gone
  if (job->phase != JobPhase::pending) return end_if_over(run, evidence, *job);
  if (!evidence.claim) {
    if (job->held && can_never_run(run, *job)) refuse(run);
    if (job->held && is_release_lost(reader_, run, *job))
      users_.jobs_of(run.owner.uid)->release(attempt.train->key, token, soon());
    return {{}, look_again};
  }
  if (!evidence.exit && !is_silent(evidence)) return {{}, look_again};  // the job runs, unknown to slurmctld

  log_warning("run={} job={} was begun, and slurmctld does not know it", run.id,
              to_string(attempt.train->key));
  cancel_if_there(run.owner.uid, attempt.train->key, token);  // otherwise Slurm would start the job again
  JobStatus lost;
  lost.key = attempt.train->key;
  lost.token = token;
  lost.uid = run.owner.uid;
  lost.phase = JobPhase::ended;
  lost.state = "slurmctld forgot that it had begun";
  lost.nodes = attempt.train->nodes;
  lost.started_at = attempt.train->started_at;
  return {{event::Ended{now(), JobRole::train, lost}}, {}};
}

}  // namespace trainyard
