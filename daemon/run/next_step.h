// Which step is due for a run, or a data set: this follows from its events and its circumstances. Performing
// the step is steps/; every step may be performed twice.
#pragma once
#include <memory>
#include <optional>

#include "daemon/run/data_set.h"
#include "daemon/run/run.h"

namespace trainyard {

enum class Step {
  // of a run
  find,       // admitted, and in doubt → whether the train job is in the scheduler
  submit,     // admitted → the train job is in the scheduler, held
  release,    // submitted → the store job behind it, and the train job may start
  cancel,     // its live jobs are to end
  abandon,    // cancelled while admitted: whatever was submitted ends, then the run does
  give_back,  // admitted or submitted, and the owner's files do not answer: its place is for others
  give_way,   // submitted, and the scheduler has no room for its second job: an older run gets its place
  find_end,   // the scheduler has it in a state that does not fit what we know of it
  settle,     // ended → the evidence is read
  collect_results,  // the store job ended → its evidence is read
  // of a data set
  stage,    // wanted → a stage job
  inspect,  // the stage job ended → its evidence is read
};
const char* to_string(Step step);

// Until when a submission that no event tells of may have been sent; unset when it is certain that none was.
using Doubt = std::optional<UtcSeconds>;

// What is known of a run or a data set beside its events. A daemon that starts does not know it, and finds it
// out again.
struct Circumstances {
  Doubt doubt;
  int failures = 0;  // of the step that is due, in a row

  // What was seen since the last event.
  struct Seen {
    bool is_behind = false;  // the scheduler shows the train job as it was before (poll_news.h)
    // slurmctld was restarted: it may have forgotten the end of a job that it shows running
    bool may_be_over = false;
    bool gives_way = false;  // the scheduler has no room for its second job: an older run is to get its place
    std::shared_ptr<const JobStatus> stage_job_end;  // of a data set; a hundred thousand runs have none
  } seen;
  bool files_are_silent = false;  // the file system of the owner's scratch has not answered for long
};

std::optional<Step> next_step(const TrainingRun& run, const Circumstances& circumstances = {});
std::optional<Step> next_step(const DataSet& data_set, const Circumstances& circumstances);

// How long after the n-th failed try of a step, or of storing or staging, the next one is due: 2 s doubled up
// to 5 min.
std::chrono::seconds delay_after(int tries);

}  // namespace trainyard
