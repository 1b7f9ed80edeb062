// cancel and abandon: nothing of a cancelled run stays in the scheduler, and its logs still go out.
#include "daemon/base/error.h"
#include "daemon/steps/steps.h"

namespace trainyard {

void Steps::cancel_if_there(const JobKey& job, const Token& token) {
  try {
    scheduler_.cancel(job, token);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::not_found) throw;  // gone already: what was wanted
  }
}

// The poll sees the end and settles it; until then this is due again.
RunStepResult Steps::cancel(const TrainingRun& run) {
  const Attempt& attempt = *run.attempt();
  if (attempt.train && !attempt.train->end)
    cancel_if_there(attempt.train->key, token_of(site_.ledger_id, run, JobRole::train));
  // It never ran: there is nothing to store.
  if (run.state != RunState::running) cancel_store(run);
  return {{}, std::chrono::seconds(10)};
}

void Steps::cancel_store(const TrainingRun& run) {
  const std::optional<RunJob>& store = run.attempt()->store;
  if (store && !store->end) cancel_if_there(store->key, token_of(site_.ledger_id, run, JobRole::store));
}

RunEvent Steps::abandon(const TrainingRun& run, Doubt doubt) {
  Token token = token_of(site_.ledger_id, run, JobRole::train);
  if (std::optional<JobKey> job = already_submitted(token, run.owner.uid, task_of(run), doubt))
    return event::Submitted{now(), *job};
  return event::Cancelled{now()};
}

}  // namespace trainyard
