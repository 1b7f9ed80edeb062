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
    cancel_if_there(attempt.train->key, token_of(site_.ledger_id, run.id, attempt.number, JobRole::train));
  // It never ran: there is nothing to store.
  if (run.state != RunState::running && attempt.store && !attempt.store->end)
    cancel_if_there(attempt.store->key, token_of(site_.ledger_id, run.id, attempt.number, JobRole::store));
  return {std::nullopt, std::chrono::seconds(10)};
}

RunEvent Steps::abandon(const TrainingRun& run, Doubt doubt) {
  Token token = token_of(site_.ledger_id, run.id, run.attempt()->number, JobRole::train);
  if (std::optional<JobKey> job = already_submitted(token, run.owner.uid, doubt))
    return event::Submitted{now(), *job};
  return event::Cancelled{now()};
}

}  // namespace trainyard
