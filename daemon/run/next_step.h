// What is due follows from the run, or the data set, alone. Doing it is steps/; every step may be performed
// twice.
#pragma once
#include <optional>

#include "daemon/run/data_set.h"
#include "daemon/run/run.h"

namespace trainyard {

enum class Step {
  // of a run
  submit,     // admitted → the train job is in the scheduler, held
  release,    // submitted → the store job behind it, and the train job may start
  cancel,     // its live jobs are to end
  abandon,    // cancelled while admitted: whatever was submitted ends, then the run does
  give_back,  // admitted or submitted, and the owner's files do not answer: its place is for others
  give_way,   // submitted, and the scheduler has no room for its second job: an older run gets its place
  look_into,  // the scheduler has it in a state that does not fit what we know of it
  settle,     // ended → the evidence is read
  collect,    // the store job ended → its evidence is read
  // of a data set
  stage,    // wanted → a stage job
  inspect,  // the stage job ended → its evidence is read
};
const char* to_string(Step step);

// What is known of a run beside its events.
struct Seen {
  bool forgotten =
      false;  // the poll shows the train job of a released run held, or that of a running one pending
  bool may_be_over =
      false;  // slurmctld was restarted: it may have forgotten the end of a job that it shows running
  bool files_silent = false;  // the file system of the owner's scratch has not answered for long
  bool gives_way = false;  // the scheduler has no room for its second job: an older run is to get its place
};
std::optional<Step> next_step(const TrainingRun& run, const Seen& seen = {});

// `job_ended`: the poll says that its stage job is over.
std::optional<Step> next_step(const DataSet& data_set, bool job_ended);

// How long after the n-th failed try of a step, or of storing or staging, the next one is due: 2 s doubled up
// to 5 min.
std::chrono::seconds delay_after(int tries);

}  // namespace trainyard
