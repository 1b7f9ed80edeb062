// Booking: what the ledger is to hold of the use of jobs. The end of a job and its use are one transaction,
// by the scheduler's word; the agent's evidence amends it later. Pure.
#pragma once
#include <optional>
#include <vector>

#include "daemon/run/data_set.h"
#include "daemon/run/run.h"

namespace trainyard {

// The end of a job of the run's last attempt, and what the job used, if it used anything. `seen`: by our
// polls.
std::vector<RunEvent> end_and_use(const TrainingRun& run, const event::Ended& ended,
                                  const std::optional<Sighting>& seen);

// What the stage job used, which has ended; nullopt when that is nothing, or charged already.
std::optional<DataSetEvent> use_of_stage_job(const DataSet& data_set, const JobStatus& ended_job,
                                             UtcSeconds at);

// What the agent's evidence changes of the charge for the train job that has ended; nullopt: nothing.
std::optional<RunEvent> amendment(const TrainingRun& run, const Witness& witness, UtcSeconds at);

// The uses of ended jobs that are not in the ledger: an earlier release recorded the end and had not charged
// it yet when it was replaced.
std::vector<RunEvent> uncharged_uses(const TrainingRun& run, UtcSeconds at);

// What the record of an ended job of the run does not tell: its account, and GPUs where it cannot.
void complete_use(const TrainingRun& run, const JobStatus& ended_job, event::Used& used);

// The agent's evidence of the train job, as far as it is believed: between submission and the moment at which
// the end was known.
Witness believed(const TrainingRun& run, const Witness& witness);

}  // namespace trainyard
