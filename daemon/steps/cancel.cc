// cancel, abandon, give_back and give_way: the steps that cancel the jobs of a run. If a run is cancelled
// while its program runs, its store job is not cancelled and still stores the logs.
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

// Cancels the jobs of the run. This is repeated every 10 s until a poll shows that the jobs have ended.
RunStepResult Steps::cancel(const TrainingRun& run) {
  const Attempt& attempt = *run.attempt();
  if (attempt.train && !attempt.train->end)
    cancel_if_there(run.owner.uid, attempt.train->key, token_of(site_.ledger_id, run, JobRole::train));
  // The store job is cancelled, too, unless the program runs: there is nothing to store, or the user gives
  // the results up.
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

// Cancels the jobs of a run that cannot be released, and puts the run back into the queue, so that other runs
// can have its share of GPUs and jobs. The train job was never released, so no agent can have begun.
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
