// release: the step that submits the store jobs, which wait for the train jobs, makes the files that the jobs
// need, and then releases the train jobs.
#include "daemon/steps/steps.h"

namespace trainyard {

// Submits the store jobs of these runs, and returns the store job of each task. In doubt, looks up existing
// store jobs first and submits only the missing ones; does not wait until the doubt is over, because storing
// twice does no harm.
std::map<Task, JobKey> Steps::submit_store_jobs(const std::vector<TrainingRun>& runs, Doubt doubt) {
  const TrainingRun& first = runs.front();
  std::map<Task, JobKey> stores;
  if (doubt)
    stores = find_submitted(token_of(site_.ledger_id, first, JobRole::store), first.owner.uid, tasks_of(runs),
                            first.attempt()->admitted_at);
  std::vector<TrainingRun> without;
  for (const TrainingRun& run : runs)
    if (!stores.contains(task_of(run))) without.push_back(run);
  if (without.empty()) return stores;
  JobKey submitted = submit_and_confirm(store_jobs(site_, without, first.attempt()->train->key.job_id)).key;
  for (const TrainingRun& run : without) {
    submitted.task = task_of(run);
    stores[submitted.task] = submitted;
  }
  return stores;
}

// Releases an array as a whole, unless it was submitted in parts: then releases each task, because the array
// can have tasks of runs whose jobs are in another array. Those tasks stay held until StrayJobs cancels them
// after a poll.
StepResult Steps::release(const StepCall& call) {
  const std::vector<TrainingRun>& runs = call.runs;
  std::map<Task, JobKey> stores = submit_store_jobs(runs, call.doubt);
  const TrainingRun& first = runs.front();
  // The files are made after all jobs are in the queue, because for a thousand runs this takes longer than
  // the rest of the step.
  prepare(runs, call.data_set);
  const Token token = token_of(site_.ledger_id, first, JobRole::train);
  std::unique_ptr<SchedulerActor> jobs = users_.jobs_of(first.owner.uid);
  if (!call.in_parts) jobs->release(array_of(first.attempt()->train->key), token, soon());
  for (const TrainingRun& run : runs)
    if (call.in_parts) jobs->release(run.attempt()->train->key, token, soon());
  StepResult result;
  for (const TrainingRun& run : runs)
    result.changes.emplace_back(RunChange{run.id, event::Released{now(), stores.at(task_of(run))}});
  return result;
}

}  // namespace trainyard
