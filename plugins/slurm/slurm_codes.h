// SPDX-License-Identifier: GPL-2.0-or-later
// Translates Slurm's state and exit numbers into the types of plugins/scheduler.h. Pure functions; slurm.h is
// used for its constants.
#pragma once
#include <cstdint>

#include "plugins/scheduler.h"

namespace trainyard::slurm {

// Returns the phase of a job. A job that is COMPLETING has its end time and outcome, but its processes and
// its GPUs are still there (up to KillWait, or for as long as a node does not answer). The job counts as
// running until they are gone, as it does for Slurm's own dependencies. Its ended_at is nevertheless the end
// time that was set when COMPLETING began, as in sacct.
JobPhase phase_of(std::uint32_t job_state);

// Returns the phase of a job on record in slurmdbd. slurmctld reports the starts of jobs every few seconds,
// with the state of the job at that time. So a short job can be on record as COMPLETED before its end is
// recorded (end_time 0). Such a job counts as running.
JobPhase phase_on_record(std::uint32_t job_state, std::int64_t end_time);

// Returns the outcome of an ended job. `by_dependency`: Slurm ended the job because of its dependency;
// Slurm's word for this is CANCELLED, too.
JobOutcome outcome_of(std::uint32_t job_state, bool by_dependency);

struct Exit {
  int code = 0;
  int signal = 0;  // 0 when it exited by itself
};
Exit exit_of(std::uint32_t wait_status);

}  // namespace trainyard::slurm
