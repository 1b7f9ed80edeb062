// Steps: performs the step that next_step() returns, through the deputies of the owner. Jobs that a deputy
// reports are confirmed by the daemon's own queries to the scheduler. Every step can be performed twice
// without harm. Must not be called on the loop, because steps block. Steps run on copies of the runs; each
// lane of a user (lane_of) performs one step at a time.
//
// Throws errors that failure_of() (failure.h) classifies.
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

// A step, and the runs or the data set that it is performed on, as they were when the step became due.
struct StepCall {
  Step step = Step::submit;
  // For a step of runs: one run. For `submit` and `release`: runs of the same array, in the order of their
  // tasks. For `find`: runs of one user that are in doubt.
  std::vector<TrainingRun> runs{};
  // For a step of a data set: this data set. For a step of runs: the data set that the runs use, if any.
  std::optional<DataSet> data_set{};
  Doubt doubt{};
  // True if the array was submitted in parts: other runs of it were submitted without these runs, so the
  // scheduler can have several copies of the array.
  bool in_parts = false;
  std::optional<JobStatus> stage_job_end{};  // for `inspect`
  // For `stage`: how many bytes must stay free on scratch beside the data set; 0: any number.
  std::int64_t keep_free_bytes = 0;
};

// Scratch has too little space for a data set.
struct SpaceMissing {
  std::int64_t bytes = 0;
  std::string reason;  // a sentence for the user
};

// The result of a step: changes to record in one transaction. For a run of the call without a change, the
// step must be performed again.
struct StepResult {
  Changes changes;
  std::optional<std::chrono::seconds> again_after;  // when to repeat the step for runs without a change
  std::set<EntityId> not_submitted{};  // for `find`: runs whose jobs are certainly not in the scheduler
  std::optional<SpaceMissing> space_missing{};  // for `stage`: then no job was submitted
};

// The result of a step of one run.
struct RunStepResult {
  std::vector<RunEvent> events;
  std::optional<std::chrono::seconds> again_after;
};

// The delay before a step is performed again that waits for something which the scheduler, or the agent,
// might record a moment later.
inline constexpr std::chrono::seconds look_again{2};

// The index of a task in its job array; unset: the job is in no array.
using Task = std::optional<std::uint32_t>;
Task task_of(const TrainingRun& run);
std::set<Task> tasks_of(const std::vector<TrainingRun>& runs);

// Each user has two lanes: one for steps that need the user's files, which can hang, and one for steps that
// need only the user's jobs, so that these do not wait for the files.
enum class StepLane { files, jobs };
StepLane lane_of(Step step);
std::string lane_key(std::uint32_t uid, StepLane lane);  // for base/lanes.h

struct AttemptEvidence;

class Steps {
 public:
  // `name_of` returns the name of a user. Called in any thread; throws Error while the name is not known.
  Steps(SchedulerReader& reader, Users& users, std::function<std::string(uid_t)> name_of, JobSite site);

  StepResult perform(const StepCall& call);

  // Lists the objects of a data set as they are now, with the rights of the user. The list is written to a
  // file in the user's part of scratch.
  SourceList list_sources(const Owner& owner, const ScratchPlace& scratch, const DataSpec& data);

  // Removes a run's directory and the code of the user that is not in `code_in_use` (digests). No error if
  // there is nothing to remove.
  void remove_run(const TrainingRun& run, const std::set<std::string>& code_in_use);

  // Cancels a job of this user that has a token of this daemon but belongs to no run or data set.
  void cancel_stray(std::uint32_t uid, const JobKey& job, const Token& token);

  // Reads from the user's part of scratch. Throws FilesAreSilent if the file system does not answer.
  void probe_files(std::uint32_t uid, const ScratchPlace& scratch);

  // Has the deputy of the job's owner look the job up in the scheduler. Returns true if the scheduler has no
  // such job that is live. `since`: the job was not submitted earlier.
  bool is_gone(const JobStatus& job, UtcSeconds since);

  SchedulerReader& reader() { return reader_; }
  Users& users() { return users_; }
  const JobSite& site() const { return site_; }

 private:
  StepResult find(const StepCall& call);    // submit.cc
  StepResult submit(const StepCall& call);  // submit.cc
  struct ConfirmedJob {
    JobKey key;        // as the daemon read it from the scheduler
    std::string said;  // by the scheduler to the owner
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
  StepResult stage(const StepCall& call);                               // stage.cc
  DataSetEvent inspect(const DataSet& data_set, const JobStatus& job);  // stage.cc
  DataSetEvent evict(const DataSet& data_set);                          // evict.cc

  EndFacts facts_of_end(const TrainingRun& run);  // settle_attempt.cc
  void cancel_store(const TrainingRun& run);      // cancel.cc
  using WantedJobs = std::map<Token, std::set<Task>>;
  using FoundJobs = std::map<std::pair<Token, Task>, JobKey>;
  // Finds the jobs with these tokens for the given tasks. Cancels duplicate jobs of these tasks. Leaves tasks
  // of other runs alone, because their job might be in another copy of the array. `since`: no such job was
  // submitted earlier.
  FoundJobs find_submitted(const WantedJobs& wanted, std::uint32_t uid, UtcSeconds since);  // submit.cc
  std::map<Task, JobKey> find_submitted(const Token& token, std::uint32_t uid, const std::set<Task>& tasks,
                                        UtcSeconds since);  // submit.cc
  void confirm(const FoundJobs& found, std::uint32_t uid);  // submit.cc
  // Returns the job with this token and task, looking it up if there is a doubt; nullopt if there certainly
  // is none. Throws Error{unavailable} if the job is not found and a submission might still be on its way.
  std::optional<JobKey> already_submitted(const Token& token, std::uint32_t uid, Task task, UtcSeconds since,
                                          Doubt doubt);
  // Returns the time from which on a submission that find_submitted() does not find was certainly never made.
  UtcSeconds certain_at(UtcSeconds doubt) const;                                           // submit.cc
  void prepare(const std::vector<TrainingRun>& runs, const std::optional<DataSet>& data);  // prepare.cc

  std::unique_ptr<UserFiles> files_of(const TrainingRun& run);
  std::string attempt_directory(const TrainingRun& run) const;

  SchedulerReader& reader_;
  Users& users_;
  std::function<std::string(uid_t)> name_of_;
  JobSite site_;
};

// Returns the time until which a call that begins now may send requests to the scheduler; after it, the
// scheduler's module sends nothing of the call any more.
SendBefore soon();

}  // namespace trainyard
