// Booking: makes the events that enter the usage of jobs in the ledger. A job's end and its usage, both from
// the scheduler's record, are recorded in one transaction. The agent's evidence can change the usage later.
// Pure functions.
#pragma once
#include <optional>
#include <vector>

#include "daemon/run/data_set.h"
#include "daemon/run/run.h"

namespace trainyard {

// Returns `ended`, the end of a job of the run's last attempt, and, if the job used anything, the event of
// its usage. `seen`: what the daemon's polls saw of the job while it ran.
std::vector<RunEvent> end_and_use(const TrainingRun& run, const event::Ended& ended,
                                  const std::optional<Sighting>& seen);

// Returns the usage of a stage job that has ended; nullopt if the job used nothing or is already charged.
std::optional<DataSetEvent> use_of_stage_job(const DataSet& data_set, const JobStatus& ended_job,
                                             UtcSeconds at);

// Returns the event that changes the charge for the ended train job to what the agent's evidence shows;
// nullopt: the charge stays.
std::optional<RunEvent> amendment(const TrainingRun& run, const Witness& witness, UtcSeconds at);

// Returns the events of usage that are missing for the run's ended jobs: an earlier release recorded the end
// of a job, but was replaced before it charged the job.
std::vector<RunEvent> uncharged_uses(const TrainingRun& run, UtcSeconds at);

// Sets in `used` what the scheduler's record of an ended job does not have: the account, and the number of
// GPUs.
void complete_use(const TrainingRun& run, const JobStatus& ended_job, event::Used& used);

// Returns the agent's evidence of the train job with its times limited to the period from the job's
// submission to the moment when the job's end became known, because the user can have written the evidence.
Witness believed(const TrainingRun& run, const Witness& witness);

}  // namespace trainyard
