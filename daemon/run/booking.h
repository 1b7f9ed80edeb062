// Booking: makes the events that enter the usage of jobs in the ledger. A job's end and its usage, both from
// the scheduler's record, are one transaction. The agent's evidence can amend the usage later. Pure.
#pragma once
#include <optional>
#include <vector>

#include "daemon/run/data_set.h"
#include "daemon/run/run.h"

namespace trainyard {

// Returns the end of a job of the run's last attempt and, if the job used anything, its usage. `seen`: what
// the daemon's polls saw of the job while it ran.
std::vector<RunEvent> end_and_use(const TrainingRun& run, const event::Ended& ended,
                                  const std::optional<Sighting>& seen);

// Returns the usage of a stage job that has ended; nullopt if the job used nothing or is already charged.
std::optional<DataSetEvent> use_of_stage_job(const DataSet& data_set, const JobStatus& ended_job,
                                             UtcSeconds at);

// Returns the change that the agent's evidence makes to the charge for the ended train job; nullopt: no
// change.
std::optional<RunEvent> amendment(const TrainingRun& run, const Witness& witness, UtcSeconds at);

// Returns the usage of ended jobs that is missing in the ledger: an earlier release recorded the end of the
// job, but was replaced before it charged the job.
std::vector<RunEvent> uncharged_uses(const TrainingRun& run, UtcSeconds at);

// Fills in what the scheduler's record of an ended job of the run does not tell: the account, and the GPUs if
// the record cannot tell GPUs.
void complete_use(const TrainingRun& run, const JobStatus& ended_job, event::Used& used);

// Returns the agent's evidence of the train job as far as it is believed: its times are limited to the period
// from the job's submission to the moment when the job's end became known.
Witness believed(const TrainingRun& run, const Witness& witness);

}  // namespace trainyard
