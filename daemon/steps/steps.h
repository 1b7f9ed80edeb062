// Steps: does what next_step() says is due, through the deputies of the run's owner, and confirms by the
// daemon's own reading of the scheduler what a deputy says. Every step may be performed twice without harm.
// Any thread but the loop's, on copies of the run; the steps of one user one at a time in each lane
// (lane_of).
//
// Throws what failure_of() (failure.h) understands.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/deputies/users.h"
#include "daemon/run/change.h"
#include "daemon/run/data_set.h"
#include "daemon/run/job_request.h"
#include "daemon/run/next_step.h"
#include "daemon/run/run.h"
#include "daemon/run/verdict.h"
#include "daemon/steps/failure.h"
#include "plugins/scheduler.h"

namespace trainyard {

// A step, and what it is performed on, as that was when the step became due.
struct StepCall {
  Step step = Step::submit;
  // Of a step of runs: one run; to submit and to release, those in the same array, in the order of their
  // tasks.
  std::vector<TrainingRun> runs{};
  // Of a step of a data set: this data set. Of a step of runs: the one that they name, if they name one.
  std::optional<DataSet> data_set{};
  Doubt doubt{};
  // Other runs of the array went into the scheduler without these, so that there may be copies of these runs'
  // tasks.
  bool in_parts = false;
  std::optional<JobStatus> stage_job_end{};  // of `inspect`
};

// What a step came to: changes to record, all or none. Of several runs those without a change did not get on.
struct StepResult {
  Changes changes;
  std::optional<std::chrono::seconds> again_after;  // when to perform the step again for what did not get on
  std::set<EntityId> not_submitted{};  // of `find`: their jobs are certainly not in the scheduler
};

// The same of one run.
struct RunStepResult {
  std::vector<RunEvent> events;
  std::optional<std::chrono::seconds> again_after;
};

// When to ask again what the scheduler, or the agent, may know a moment later.
inline constexpr std::chrono::seconds look_again{2};

// The index in an array; unset: of a job of its own.
using Task = std::optional<std::uint32_t>;
Task task_of(const TrainingRun& run);
std::set<Task> tasks_of(const std::vector<TrainingRun>& runs);

// A user's files may hang; what only concerns his jobs must not wait for them.
enum class StepLane { files, jobs };
StepLane lane_of(Step step);
std::string lane_key(std::uint32_t uid, StepLane lane);  // for base/lanes.h

struct AttemptEvidence;

class Steps {
 public:
  // `name_of`: a user's name. Any thread; throws Error while it is not known.
  Steps(SchedulerReader& reader, Users& users, std::function<std::string(uid_t)> name_of, JobSite site);

  StepResult perform(const StepCall& call);

  // The objects of a data set as they are now, listed as the user; the list stays on his scratch.
  SourceList list_sources(const Owner& owner, const ScratchPlace& scratch, const DataSpec& data);

  // Removes a run's directory, and its code unless others use it (digests); a data set's directory. Nothing
  // there is no error.
  void remove_run(const TrainingRun& run, const std::set<std::string>& code_in_use);
  void remove_data_set(const DataSet& data_set);

  // Ends a job of ours that belongs to no run.
  void cancel_stray(std::uint32_t uid, const JobKey& job, const Token& token);

  // Whether files of that user answer; throws FilesAreSilent while they do not.
  void probe_files(std::uint32_t uid, const ScratchPlace& scratch);

  // Whether the scheduler shows the job's owner no such live job either. `since`: it was not submitted
  // earlier.
  bool is_gone(const JobStatus& job, UtcSeconds since);

  SchedulerReader& reader() { return reader_; }
  Users& users() { return users_; }
  const JobSite& site() const { return site_; }

 private:
  StepResult find(const StepCall& call);    // submit.cc
  StepResult submit(const StepCall& call);  // submit.cc
  struct ConfirmedJob {
    JobKey key;        // by the daemon's own reading
    std::string said;  // by the scheduler, to its owner
  };
  QueuedJob submit_elsewhere(SchedulerActor& jobs, JobRequest request);                         // submit.cc
  ConfirmedJob submit_and_confirm(const JobRequest& request);                                   // submit.cc
  StepResult release(const StepCall& call);                                                     // release.cc
  std::map<Task, JobKey> submit_store_jobs(const std::vector<TrainingRun>& runs, Doubt doubt);  // release.cc
  RunStepResult cancel(const TrainingRun& run);                                                 // cancel.cc
  RunStepResult give_back(const TrainingRun& run, Doubt doubt, const std::string& reason);      // cancel.cc
  void cancel_if_there(std::uint32_t uid, const JobKey& job, const Token& token);               // cancel.cc
  RunStepResult perform_on_one_run(const StepCall& call);
  RunEvent abandon(const TrainingRun& run, Doubt doubt);  // cancel.cc
  RunStepResult settle(const TrainingRun& run);           // settle_attempt.cc
  RunStepResult find_end(const TrainingRun& run);         // find_end.cc
  RunStepResult end_if_over(const TrainingRun& run, const AttemptEvidence& evidence,
                            const JobStatus& job);                      // find_end.cc
  [[noreturn]] void refuse(const TrainingRun& run);                     // find_end.cc
  RunStepResult collect_results(const TrainingRun& run, Doubt doubt);   // collect_results.cc
  StepResult stage(const DataSet& data_set, Doubt doubt);               // stage.cc
  DataSetEvent inspect(const DataSet& data_set, const JobStatus& job);  // stage.cc

  EndFacts facts_of_end(const TrainingRun& run);  // settle_attempt.cc
  void cancel_store(const TrainingRun& run);      // cancel.cc
  using WantedJobs = std::map<Token, std::set<Task>>;
  using FoundJobs = std::map<std::pair<Token, Task>, JobKey>;
  // Finds the jobs with these tokens for the given tasks. Cancels duplicate jobs of these tasks. Leaves tasks
  // of other runs alone, because their job may be in another copy of the array. `since`: none was submitted
  // earlier.
  FoundJobs find_submitted(const WantedJobs& wanted, std::uint32_t uid, UtcSeconds since);  // submit.cc
  std::map<Task, JobKey> find_submitted(const Token& token, std::uint32_t uid, const std::set<Task>& tasks,
                                        UtcSeconds since);  // submit.cc
  void confirm(const FoundJobs& found, std::uint32_t uid);  // submit.cc
  // The job of that task; nullopt when there certainly is none. Error{unavailable} while it is too early
  // to be certain.
  std::optional<JobKey> already_submitted(const Token& token, std::uint32_t uid, Task task, UtcSeconds since,
                                          Doubt doubt);
  // When a submission that find_submitted() does not find was certainly never made.
  UtcSeconds certain_at(UtcSeconds doubt) const;                                           // submit.cc
  void prepare(const std::vector<TrainingRun>& runs, const std::optional<DataSet>& data);  // prepare.cc

  std::unique_ptr<UserFiles> files_of(const TrainingRun& run);
  std::string attempt_directory(const TrainingRun& run) const;

  SchedulerReader& reader_;
  Users& users_;
  std::function<std::string(uid_t)> name_of_;
  JobSite site_;
};

// When nothing can have been sent any more of a call that begins now.
SendBefore soon();

}  // namespace trainyard
