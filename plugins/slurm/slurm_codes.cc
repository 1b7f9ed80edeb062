// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/slurm_codes.h"

#include <slurm/slurm.h>
#include <sys/wait.h>

namespace trainyard::slurm {

JobPhase phase_of(std::uint32_t job_state) {
  switch (job_state & JOB_STATE_BASE) {
    case JOB_PENDING:
      return JobPhase::pending;
    case JOB_RUNNING:
      return JobPhase::running;
    case JOB_SUSPENDED:
      return JobPhase::suspended;
    default:
      return (job_state & JOB_COMPLETING) != 0 ? JobPhase::running : JobPhase::ended;
  }
}

JobPhase phase_on_record(std::uint32_t job_state, std::int64_t end_time) {
  JobPhase phase = phase_of(job_state);
  return phase == JobPhase::ended && end_time == 0 ? JobPhase::running : phase;
}

JobOutcome outcome_of(std::uint32_t job_state, bool by_dependency) {
  switch (job_state & JOB_STATE_BASE) {
    case JOB_COMPLETE:
      return JobOutcome::completed;
    case JOB_FAILED:
      return JobOutcome::failed;
    case JOB_CANCELLED:
      return by_dependency ? JobOutcome::dependency_failed : JobOutcome::cancelled;
    case JOB_TIMEOUT:
    case JOB_DEADLINE:
      return JobOutcome::time_limit;
    case JOB_NODE_FAIL:
    case JOB_BOOT_FAIL:
      return JobOutcome::node_failure;
    case JOB_PREEMPTED:
      return JobOutcome::preempted;
    case JOB_OOM:
      return JobOutcome::out_of_memory;
    default:
      return JobOutcome::unknown;
  }
}

Exit exit_of(std::uint32_t wait_status) {
  int status = static_cast<int>(wait_status);
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

}  // namespace trainyard::slurm
