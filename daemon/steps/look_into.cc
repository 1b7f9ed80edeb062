// look_into: slurmctld has our released job as one that never began. A controller that was killed goes back
// to what it saved up to five seconds earlier: it may have lost our release, or the start, or the whole life
// of a job.
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/handover/claim.h"
#include "daemon/handover/layout.h"
#include "daemon/steps/evidence.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

constexpr std::chrono::seconds look_again{2};

bool is_silent(const AttemptEvidence& evidence) {
  UtcSeconds sign_of_life = evidence.heartbeat.value_or(evidence.claim->at);
  return now() > std::max(sign_of_life, evidence.claim->at) + ended_after;
}

}  // namespace

RunStepResult Steps::look_into(const TrainingRun& run) {
  const Attempt& attempt = *run.attempt();
  Token token = token_of(site_.ledger_id, run, JobRole::train);
  AttemptEvidence evidence =
      read_evidence(layout::attempt_directory(site_.scratch, run.id, attempt.number), run);
  if (!evidence.claim) {
    scheduler_.release(attempt.train->key, token);
    return {{}, look_again};
  }
  if (!evidence.exit && !is_silent(evidence)) return {{}, look_again};  // it runs, whoever knows of it

  log_warning("run={} job={} was begun, and slurmctld does not know it", run.id,
              to_string(attempt.train->key));
  cancel_if_there(attempt.train->key, token);  // or it would be started again
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
