// Steps: does what next_step() says is due. The only caller of the scheduler and of the stores. Every step
// may be performed twice without harm. All but list_sources() on the scheduler lane, one at a time, on copies
// of the run.
//
// Throws Error{unavailable} when it may succeed later; anything else ends the run, or the data set, with that
// message.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/run/data_set.h"
#include "daemon/run/job_request.h"
#include "daemon/run/next_step.h"
#include "daemon/run/run.h"
#include "daemon/run/verdict.h"
#include "plugins/object_store.h"
#include "plugins/scheduler.h"

namespace trainyard {

// What a step came to: events to record, all or none, or when to ask again.
struct RunStepResult {
  std::vector<RunEvent> events;
  std::optional<std::chrono::seconds> again_after;
};
struct DataSetStepResult {
  std::optional<DataSetEvent> event;
  std::optional<std::chrono::seconds> again_after;
};

// Of a step of several runs at once: events of those that got on, of each in order. The others are asked for
// again.
struct RunsStepResult {
  std::vector<std::pair<std::int64_t, RunEvent>> events;
  std::optional<std::chrono::seconds> again_after;  // where there are none
};

// Until when a submission we do not remember may have been sent; unset when it is certain that none was.
using Doubt = std::optional<UtcSeconds>;

// The index in an array; unset: of a job of its own.
using Task = std::optional<std::uint32_t>;
Task task_of(const TrainingRun& run);
std::set<Task> tasks_of(const std::vector<TrainingRun>& runs);

struct Sources {
  std::vector<SourceObject> objects, test_objects;
};

class Steps {
 public:
  Steps(Scheduler& scheduler, ObjectStore& file_store, JobSite site, std::string state_dir);

  // `runs`: one; to submit and to release, those in the same array, in the order of their tasks. `in_parts`:
  // others of their array went into the scheduler without them, so that it may have copies of theirs.
  RunsStepResult perform(Step step, const std::vector<TrainingRun>& runs, const std::optional<DataSet>& data,
                         Doubt doubt, bool in_parts);
  DataSetStepResult perform(Step step, const DataSet& data_set, const std::optional<JobStatus>& job,
                            Doubt doubt);

  // The objects of a data set as they are now, listed as the user. Any worker thread.
  Sources list_sources(const Owner& owner, const DataSpec& data);

  // Removes a run's directory, a data set's; as the user. Nothing there is no error.
  void remove_run(const TrainingRun& run);
  void remove_data_set(const DataSet& data_set);

  Scheduler& scheduler() { return scheduler_; }
  const JobSite& site() const { return site_; }

 private:
  RunsStepResult submit(const std::vector<TrainingRun>& runs, const std::optional<DataSet>& data,
                        Doubt doubt);                                                        // submit.cc
  JobKey submit_elsewhere(JobRequest request);                                               // submit.cc
  RunsStepResult release(const std::vector<TrainingRun>& runs, Doubt doubt, bool in_parts);  // release.cc
  std::map<Task, JobKey> store_all(const std::vector<TrainingRun>& runs, Doubt doubt);       // release.cc
  RunStepResult cancel(const TrainingRun& run);                                              // cancel.cc
  void cancel_if_there(const JobKey& job, const Token& token);                               // cancel.cc
  RunStepResult perform_on_one(Step step, const TrainingRun& run, Doubt doubt);
  RunEvent abandon(const TrainingRun& run, Doubt doubt);                // cancel.cc
  RunStepResult settle(const TrainingRun& run);                         // settle.cc
  RunStepResult look_into(const TrainingRun& run);                      // look_into.cc
  RunStepResult collect(const TrainingRun& run, Doubt doubt);           // collect.cc
  DataSetStepResult stage(const DataSet& data_set, Doubt doubt);        // stage.cc
  DataSetEvent inspect(const DataSet& data_set, const JobStatus& job);  // stage.cc

  EndFacts facts_of_end(const TrainingRun& run);  // settle.cc
  void cancel_store(const TrainingRun& run);      // cancel.cc
  // Of these tasks the jobs with that token that are already in the scheduler, extra copies of them
  // cancelled. What else an array of that token has is other runs': they may be at home in another copy.
  std::map<Task, JobKey> find_submitted(const Token& token, std::uint32_t uid,
                                        const std::set<Task>& tasks);  // submit.cc
  // The one with that index; nothing when there certainly is none. Error{unavailable} while it is too early
  // to be certain.
  std::optional<JobKey> already_submitted(const Token& token, std::uint32_t uid, Task task, Doubt doubt);
  // When a submission that find_submitted() does not find was certainly never made.
  UtcSeconds certain_at(UtcSeconds doubt) const;             // submit.cc
  void prepare_attempt(const TrainingRun& run);              // directories.cc
  void prepare_array(const std::vector<TrainingRun>& runs);  // directories.cc

  Scheduler& scheduler_;
  ObjectStore& file_store_;
  JobSite site_;
  std::string state_dir_;
};

}  // namespace trainyard
