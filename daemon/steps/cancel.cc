// cancel, abandon, give_back and give_way: the steps that take the jobs of a run out of the scheduler. The
// store job of a run that is cancelled while it runs stays, and still stores the logs.
#include "daemon/base/error.h"
#include "daemon/steps/steps.h"

namespace trainyard {

void Steps::cancel_if_there(std::uint32_t uid, const JobKey& job, const Token& token) {
  try {
    users_.jobs_of(uid)->cancel(job, token, soon());
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::not_found) throw;  // the job is gone already
  }
}

void Steps::cancel_stray(std::uint32_t uid, const JobKey& job, const Token& token) {
  cancel_if_there(uid, job, token);
}

// Cancels the jobs of the run. The step stays due, every 10 s, until the poll has seen the jobs end.
RunStepResult Steps::cancel(const TrainingRun& run) {
  const Attempt& attempt = *run.attempt();
  if (attempt.train && !attempt.train->end)
    cancel_if_there(run.owner.uid, attempt.train->key, token_of(site_.ledger_id, run, JobRole::train));
  // If the run never ran, or if its results are given up, there is nothing to store.
  if (run.state != RunState::running) cancel_store(run);
  return {{}, std::chrono::seconds(10)};
}

void Steps::cancel_store(const TrainingRun& run) {
  const std::optional<RunJob>& store = run.attempt()->store;
  if (store && !store->end)
    cancel_if_there(run.owner.uid, store->key, token_of(site_.ledger_id, run, JobRole::store));
}

RunEvent Steps::abandon(const TrainingRun& run, Doubt doubt) {
  Token token = token_of(site_.ledger_id, run, JobRole::train);
  if (std::optional<JobKey> job =
          already_submitted(token, run.owner.uid, task_of(run), run.attempt()->admitted_at, doubt))
    return event::Submitted{now(), *job};
  return event::Cancelled{now()};
}

// Takes the jobs of the run out of the scheduler and puts the run back into the queue, because its job would
// wait in vain and other runs can have its place. The train job was never released, so no agent can have
// begun.
RunStepResult Steps::give_back(const TrainingRun& run, Doubt doubt, const std::string& reason) {
  const Attempt& attempt = *run.attempt();
  Token token = token_of(site_.ledger_id, run, JobRole::train);
  std::optional<JobKey> train;
  if (attempt.train)
    train = attempt.train->key;
  else
    train = already_submitted(token, run.owner.uid, task_of(run), attempt.admitted_at, doubt);
  if (train) cancel_if_there(run.owner.uid, *train, token);
  if (doubt)
    for (const auto& [task, store] : find_submitted(token_of(site_.ledger_id, run, JobRole::store),
                                                    run.owner.uid, {task_of(run)}, attempt.admitted_at))
      cancel_if_there(run.owner.uid, store, token_of(site_.ledger_id, run, JobRole::store));
  event::Retried given_back;
  given_back.at = now();
  given_back.cause = Cause::never_began;
  given_back.reason = reason;
  return {{given_back}, {}};
}

}  // namespace trainyard
