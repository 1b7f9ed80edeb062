// Steps: does what next_step() says is due. The only caller of the scheduler and of the stores. Every step
// may be performed twice without harm. All but list_sources() on the scheduler lane, one at a time, on copies
// of the run.
//
// Throws Error{unavailable} when it may succeed later; anything else ends the run, or the data set, with that
// message.
#pragma once
#include <chrono>
#include <optional>
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

// What a step came to: an event to record, or when to ask again.
template <class Event>
struct StepResult {
  std::optional<Event> event;
  std::optional<std::chrono::seconds> again_after;
};
using RunStepResult = StepResult<RunEvent>;
using DataSetStepResult = StepResult<DataSetEvent>;

// Until when a submission we do not remember may have been sent; unset when it is certain that none was.
using Doubt = std::optional<UtcSeconds>;

struct Sources {
  std::vector<SourceObject> objects, test_objects;
};

class Steps {
 public:
  Steps(Scheduler& scheduler, ObjectStore& file_store, JobSite site, std::string state_dir);

  RunStepResult perform(Step step, const TrainingRun& run, const std::optional<DataSet>& data, Doubt doubt);
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
  RunStepResult submit(const TrainingRun& run, const std::optional<DataSet>& data, Doubt doubt);  // submit.cc
  JobKey submit_elsewhere(JobRequest request);                                                    // submit.cc
  RunEvent release(const TrainingRun& run, Doubt doubt);                // release.cc
  RunStepResult cancel(const TrainingRun& run);                         // cancel.cc
  void cancel_if_there(const JobKey& job, const Token& token);          // cancel.cc
  RunEvent abandon(const TrainingRun& run, Doubt doubt);                // cancel.cc
  RunStepResult settle(const TrainingRun& run);                         // settle.cc
  RunStepResult look_into(const TrainingRun& run);                      // look_into.cc
  RunStepResult collect(const TrainingRun& run, Doubt doubt);           // collect.cc
  DataSetStepResult stage(const DataSet& data_set, Doubt doubt);        // stage.cc
  DataSetEvent inspect(const DataSet& data_set, const JobStatus& job);  // stage.cc

  EndFacts facts_of_end(const TrainingRun& run);  // settle.cc
  void cancel_store(const TrainingRun& run);      // settle.cc
  // The job with that token that is already in the scheduler, extra copies of it cancelled.
  std::optional<JobKey> find_submitted(const Token& token, std::uint32_t uid);  // submit.cc
  // When a submission that find_submitted() does not find was certainly never made.
  UtcSeconds certain_at(UtcSeconds doubt) const;  // submit.cc
  // The same; nothing when there is certainly none. Error{unavailable} while it is too early to be certain.
  std::optional<JobKey> already_submitted(const Token& token, std::uint32_t uid, Doubt doubt);  // submit.cc
  std::string prepare_attempt(const TrainingRun& run);  // directories.cc

  Scheduler& scheduler_;
  ObjectStore& file_store_;
  JobSite site_;
  std::string state_dir_;
};

}  // namespace trainyard
