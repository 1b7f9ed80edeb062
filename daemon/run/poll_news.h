// Compares a run with the status of its live jobs in a poll of the scheduler: makes events of what is new,
// and finds jobs that slurmctld shows wrongly. Pure functions.
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

// Returns true if the store job of a run has been pending for a minute after the train job's end, although
// nothing but its dependency or a hold keeps it from starting. slurmctld can forget to end a task of an array
// whose dependency has failed, and a deputy that dies while it cancels a task leaves the task held.
bool waits_in_vain(const TrainingRun& run, const JobStatus& store_job, UtcSeconds at);

}  // namespace trainyard
