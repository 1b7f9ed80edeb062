#include "daemon/steps/steps.h"

#include "daemon/base/error.h"

namespace trainyard {

Steps::Steps(Scheduler& scheduler, ObjectStore& file_store, JobSite site, std::string state_dir)
    : scheduler_(scheduler),
      file_store_(file_store),
      site_(std::move(site)),
      state_dir_(std::move(state_dir)) {}

Task task_of(const TrainingRun& run) {
  const std::optional<ArrayPlace>& array = run.attempt()->array;
  return array ? Task(array->task) : std::nullopt;
}

std::set<Task> tasks_of(const std::vector<TrainingRun>& runs) {
  std::set<Task> tasks;
  for (const TrainingRun& run : runs) tasks.insert(task_of(run));
  return tasks;
}

RunsStepResult Steps::perform(Step step, const std::vector<TrainingRun>& runs,
                              const std::optional<DataSet>& data, Doubt doubt, bool in_parts) {
  if (step == Step::submit) return submit(runs, data, doubt);
  if (step == Step::release) return release(runs, doubt, in_parts);
  const TrainingRun& run = runs.front();
  RunStepResult one = perform_on_one(step, run, doubt);
  RunsStepResult result{{}, one.again_after};
  for (RunEvent& event : one.events) result.events.emplace_back(run.id, std::move(event));
  return result;
}

RunStepResult Steps::perform_on_one(Step step, const TrainingRun& run, Doubt doubt) {
  switch (step) {
    case Step::cancel:
      return cancel(run);
    case Step::abandon:
      return {{abandon(run, doubt)}, {}};
    case Step::look_into:
      return look_into(run);
    case Step::settle:
      return settle(run);
    case Step::collect:
      return collect(run, doubt);
    case Step::submit:
    case Step::release:
    case Step::stage:
    case Step::inspect:
      break;
  }
  throw Error(ErrorKind::internal, std::string(to_string(step)) + " is no step of one run");
}

DataSetStepResult Steps::perform(Step step, const DataSet& data_set, const std::optional<JobStatus>& job,
                                 Doubt doubt) {
  if (step == Step::stage) return stage(data_set, doubt);
  if (step == Step::inspect && job) return {inspect(data_set, *job), {}};
  throw Error(ErrorKind::internal, std::string(to_string(step)) + " is no step of a data set");
}

}  // namespace trainyard
