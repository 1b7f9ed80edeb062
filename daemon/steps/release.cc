// release: the store jobs behind the train jobs, what the jobs will look for, then these may start.
#include "daemon/steps/steps.h"

namespace trainyard {

// Storing twice does no harm: here a doubt is worth a look, but no waiting.
std::map<Task, JobKey> Steps::store_all(const std::vector<TrainingRun>& runs, Doubt doubt) {
  const TrainingRun& first = runs.front();
  std::map<Task, JobKey> stores;
  if (doubt)
    stores =
        find_submitted(token_of(site_.ledger_id, first, JobRole::store), first.owner.uid, tasks_of(runs));
  std::vector<TrainingRun> without;
  for (const TrainingRun& run : runs)
    if (!stores.contains(task_of(run))) without.push_back(run);
  if (without.empty()) return stores;
  JobKey submitted = scheduler_.submit(store_jobs(site_, without, first.attempt()->train->key.job_id));
  for (const TrainingRun& run : without) {
    submitted.task = task_of(run);
    stores[submitted.task] = submitted;
  }
  return stores;
}

// An array that went in parts may have tasks of runs whose jobs are elsewhere: these stay held, until the
// poll finds that nobody wants them.
RunsStepResult Steps::release(const std::vector<TrainingRun>& runs, Doubt doubt, bool in_parts) {
  std::map<Task, JobKey> stores = store_all(runs, doubt);
  const TrainingRun& first = runs.front();
  // Not before everything is in the queue: of a thousand runs this takes longer than all the rest.
  for (const TrainingRun& run : runs) prepare_attempt(run);
  if (first.attempt()->array) prepare_array(runs);
  const Token token = token_of(site_.ledger_id, first, JobRole::train);
  if (!in_parts) scheduler_.release(array_of(first.attempt()->train->key), token);
  for (const TrainingRun& run : runs)
    if (in_parts) scheduler_.release(run.attempt()->train->key, token);
  RunsStepResult result;
  for (const TrainingRun& run : runs)
    result.events.emplace_back(run.id, event::Released{now(), stores.at(task_of(run))});
  return result;
}

}  // namespace trainyard
