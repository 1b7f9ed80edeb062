// Derives events from what a poll of the scheduler shows of a run's live train job. Pure.
#pragma once
#include <vector>

#include "daemon/run/run.h"

namespace trainyard {

// Returns the events that the run does not have yet, in order: the train job was started, suspended, resumed,
// or charged to another account. Returns no events if nothing is new.
std::vector<RunEvent> news_of(const TrainingRun& run, const JobStatus& train_job, UtcSeconds at);

// Returns true if the scheduler shows a released job as held, or a running job as pending. A slurmctld that
// was killed goes back to the state that it saved some seconds earlier, so it can have lost the release or
// the start of the job.
bool is_behind(const TrainingRun& run, const JobStatus& train_job);

}  // namespace trainyard
