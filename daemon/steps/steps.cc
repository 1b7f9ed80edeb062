#include "daemon/steps/steps.h"

#include "daemon/base/error.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

// The deputies' own deadline for a call is shorter; this one is of schedulers that are called directly.
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
    case Step::submit:
    case Step::cancel:
    case Step::abandon:
    case Step::give_back:
    case Step::give_way:
      return StepLane::jobs;
    case Step::release:
    case Step::look_into:
    case Step::settle:
    case Step::collect:
    case Step::stage:
    case Step::inspect:
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

RunsStepResult Steps::perform(Step step, const std::vector<TrainingRun>& runs,
                              const std::optional<DataSet>& data, Doubt doubt, bool in_parts) {
  if (step == Step::submit) return submit(runs, data, doubt);
  if (step == Step::release) return release(runs, data, doubt, in_parts);
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
    case Step::give_back:
      return give_back(
          run, doubt,
          "the file system of its scratch did not answer for ten minutes: its place was given back");
    case Step::give_way:
      return give_back(run, doubt, "Slurm had no room for its second job: its place was for an older run");
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

// Slurm forgets ended jobs; its database knows them, a little later. A job nobody knows any more is lost.
// Staging and storing leave evidence of their own, and may be repeated: for them there is nothing to wait
// for.
std::optional<JobStatus> Steps::trace(const JobKey& job, const Token& token, std::uint32_t uid, JobRole role,
                                      UtcSeconds admitted_at, UtcSeconds since) {
  std::optional<JobStatus> known = reader_.history(job);
  if (known && known->phase == JobPhase::ended) return known;
  if (role == JobRole::train) {
    if (now() < since + 2 * reader_.message_timeout()) return std::nullopt;
    // Only the owner is sure to be shown his own job: he confirms that it is gone.
    for (const JobStatus& seen : users_.jobs_of(uid)->find(token, uid, admitted_at))
      if (seen.key == job && seen.phase != JobPhase::ended) return std::nullopt;
  }
  JobStatus lost;
  lost.key = job;
  lost.token = token;
  lost.uid = uid;
  lost.phase = JobPhase::ended;
  lost.state = "no longer known to Slurm";
  if (known) lost.started_at = known->started_at;
  return lost;
}

}  // namespace trainyard
