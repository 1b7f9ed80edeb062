#include "daemon/steps/steps.h"

#include "daemon/base/error.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

// A step that changes something in the scheduler must send its request within this time, if the scheduler is
// called in this process. If a deputy calls the scheduler, the deputy's own deadline, which is shorter,
// counts.
constexpr std::chrono::seconds time_to_send{60};

}  // namespace

SendBefore soon() { return SendBefore::clock::now() + time_to_send; }

Steps::Steps(SchedulerReader& reader, Users& users, std::function<std::string(uid_t)> name_of, JobSite site)
    : reader_(reader), users_(users), name_of_(std::move(name_of)), site_(std::move(site)) {}

Task task_of(const TrainingRun& run) {
  const std::optional<ArrayPlace>& array = run.attempt()->array;
  return array ? Task(array->task) : std::nullopt;
}

std::set<Task> tasks_of(const std::vector<TrainingRun>& runs) {
  std::set<Task> tasks;
  for (const TrainingRun& run : runs) tasks.insert(task_of(run));
  return tasks;
}

StepLane lane_of(Step step) {
  switch (step) {
    case Step::find:
    case Step::submit:
    case Step::cancel:
    case Step::abandon:
    case Step::give_back:
    case Step::give_way:
      return StepLane::jobs;
    case Step::release:
    case Step::find_end:
    case Step::settle:
    case Step::collect_results:
    case Step::stage:
    case Step::inspect:
    case Step::evict:
      return StepLane::files;
  }
  return StepLane::files;
}

std::string lane_key(std::uint32_t uid, StepLane lane) {
  return std::to_string(uid) + (lane == StepLane::files ? " files" : " jobs");
}

std::unique_ptr<UserFiles> Steps::files_of(const TrainingRun& run) {
  return users_.files_of(run.owner.uid, run.scratch);
}

std::string Steps::attempt_directory(const TrainingRun& run) const {
  return layout::attempt_directory(run.scratch.path, run.id, run.attempt()->number);
}

StepResult Steps::perform(const StepCall& call) {
  switch (call.step) {
    case Step::find:
      return find(call);
    case Step::submit:
      return submit(call);
    case Step::release:
      return release(call);
    case Step::stage:
      return stage(call);
    case Step::inspect:
      return {{DataSetChange{call.data_set->digest, inspect(*call.data_set, *call.stage_job_end)}}, {}};
    case Step::evict:
      return {{DataSetChange{call.data_set->digest, evict(*call.data_set)}}, {}};
    default:
      break;
  }
  RunStepResult of_run = perform_on_one_run(call);
  StepResult result{{}, of_run.again_after};
  for (RunEvent& event : of_run.events)
    result.changes.emplace_back(RunChange{call.runs.front().id, std::move(event)});
  return result;
}

RunStepResult Steps::perform_on_one_run(const StepCall& call) {
  const TrainingRun& run = call.runs.front();
  const Doubt doubt = call.doubt;
  switch (call.step) {
    case Step::cancel:
      return cancel(run);
    case Step::abandon:
      return {{abandon(run, doubt)}, {}};
    case Step::give_back:
      return give_back(
          run, doubt,
          "the file system of its scratch did not answer for ten minutes: its place was given back");
    case Step::give_way:
      return give_back(run, doubt, "Slurm had no room for its second job: its place was for an older run");
    case Step::find_end:
      return find_end(run);
    case Step::settle:
      return settle(run);
    case Step::collect_results:
      return collect_results(run, doubt);
    case Step::find:
    case Step::submit:
    case Step::release:
    case Step::stage:
    case Step::inspect:
    case Step::evict:
      break;
  }
  throw Error(ErrorKind::internal, std::string(to_string(call.step)) + " is no step of one run");
}

bool Steps::is_gone(const JobStatus& job, UtcSeconds since) {
  for (const JobStatus& seen : users_.jobs_of(job.uid)->find({job.token}, job.uid, since))
    if (seen.key == job.key && seen.phase != JobPhase::ended) return false;
  return true;
}

}  // namespace trainyard
