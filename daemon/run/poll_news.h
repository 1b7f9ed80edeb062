// What a poll of the scheduler tells of a run whose train job lives. Pure.
#pragma once
#include <vector>

#include "daemon/run/run.h"

namespace trainyard {

// The events that the run does not know of yet, in order: it was started, suspended, resumed, or charged to
// another account. None while nothing is new.
std::vector<RunEvent> news_of(const TrainingRun& run, const JobStatus& train_job, UtcSeconds at);

// The scheduler shows a job that we have released as held, or one that was running as pending. A slurmctld
// that was killed goes back to what it had saved some seconds earlier: it may have lost our release, or the
// job's start.
bool is_behind(const TrainingRun& run, const JobStatus& train_job);

}  // namespace trainyard
