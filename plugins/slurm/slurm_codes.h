// SPDX-License-Identifier: GPL-2.0-or-later
// What Slurm's numbers mean in the words of plugins/scheduler.h. Pure; slurm.h is used for its constants.
#pragma once
#include <cstdint>

#include "plugins/scheduler.h"

namespace trainyard::slurm {

// A job that is COMPLETING has its end time and outcome, but its processes and its GPUs are still there (up
// to KillWait, or for as long as a node does not answer). It counts as running until that is over, as it does
// for Slurm's own dependencies; then ended_at is the end time that was set when completing began, as in
// sacct.
JobPhase phase_of(std::uint32_t job_state);

// The same of a record in slurmdbd. slurmctld tells the starts of jobs every few seconds, each with the state
// that its job is in by then: a short one can be on record as COMPLETED before its end is, end_time 0.
JobPhase phase_on_record(std::uint32_t job_state, std::int64_t end_time);

// Of an ended job. Slurm's word for a job it ended because of its dependency is CANCELLED, too.
JobOutcome outcome_of(std::uint32_t job_state, bool by_dependency);

struct Exit {
  int code = 0;
  int signal = 0;  // 0 when it exited by itself
};
Exit exit_of(std::uint32_t wait_status);

}  // namespace trainyard::slurm
