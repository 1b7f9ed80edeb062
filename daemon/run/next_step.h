// Decides which step is due for a run or a data set, from its events and its circumstances. The steps are
// performed in daemon/steps/. Every step may be performed twice.
#pragma once
#include <memory>
#include <optional>

#include "daemon/run/data_set.h"
#include "daemon/run/run.h"

namespace trainyard {

enum class Step {
  // of a run
  find,       // admitted, in doubt: looks up whether the train job is in the scheduler
  submit,     // admitted: submits the train job, held
  release,    // submitted: submits the store job, then releases the train job
  cancel,     // cancels the run's live jobs
  abandon,    // cancelled while admitted: finds the train job to cancel, or else ends the run
  give_back,  // submitted, but the owner's file system does not answer: back into the queue
  give_way,   // submitted, but there is no room for the store job: back into the queue
  find_end,   // the scheduler shows a doubtful state of the train job: finds out whether the job is over
  settle,     // ended: reads the agent's evidence and decides what the end means
  collect_results,  // the store job has ended: reads its evidence
  // of a data set
  stage,    // wanted: submits a stage job
  inspect,  // the stage job has ended: reads its evidence
  evict,    // given up: removes its files from scratch
};
const char* to_string(Step step);

// The latest time at which a job can have been submitted of which the ledger has no event. Unset: certainly
// no such job was submitted.
using Doubt = std::optional<UtcSeconds>;

// What the daemon knows about a run or a data set in addition to its events. Circumstances are not in the
// ledger: after its start, the daemon finds them out again.
struct Circumstances {
  Doubt doubt;
  int failures = 0;  // consecutive failures of the step that is due

  // Observations of polls and steps since the last event of the run or data set.
  struct Seen {
    bool is_behind = false;  // the scheduler shows an earlier state of the train job (poll_news.h)
    // slurmctld was restarted: it can have forgotten the end of the train job that it shows as running
    bool may_be_over = false;
    // the scheduler has no room for the store job: an older run is to get this run's place
    bool gives_way = false;
    bool store_waits_in_vain = false;  // the store job will never start (poll_news.h)
    // the end of a data set's stage job; a pointer, because a hundred thousand runs have none
    std::shared_ptr<const JobStatus> stage_job_end;
  } seen;
  bool files_are_silent = false;  // the owner's scratch file system has not answered for a long time
};

std::optional<Step> next_step(const TrainingRun& run, const Circumstances& circumstances = {});
std::optional<Step> next_step(const DataSet& data_set, const Circumstances& circumstances);

// Returns the delay between the n-th failed try of a step (or of storing or staging) and the next try: 2 s
// after the first failure, doubled with each further failure, at most 5 min.
std::chrono::seconds delay_after(int tries);

}  // namespace trainyard
