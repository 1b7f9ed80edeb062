// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/job_status.h"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <utility>

#include "plugins/slurm/libslurm_strings.h"
#include "plugins/slurm/slurm_codes.h"
#include "plugins/slurm/tres.h"

namespace trainyard::slurm {
namespace {

// Returns the reason why a job waits as squeue shows it: slurmctld's text about this job if there is one,
// else the word for the reason.
std::string reason_of(const slurm_job_info_t& job) {
  return job.state_desc != nullptr && *job.state_desc != '\0' ? job.state_desc
                                                              : reason_word(job.state_reason);
}

Gpus allocated_gpus(const slurm_job_info_t& job) {
  Gpus gpus = gpus_in(text_of(job.tres_alloc_str));
  return gpus.count > 0 ? gpus : gpus_in_gres(text_of(job.gres_total));
}

JobStatus status_of(const slurm_job_info_t& job, const std::string& cluster) {
  JobStatus status;
  status.key = {cluster, job.job_id, from_unix(job.submit_time)};
  status.token = text_of(job.name);
  status.uid = job.user_id;
  status.phase = phase_of(job.job_state);
  status.held = status.phase == JobPhase::pending && job.priority == 0;
  status.state = state_word(job.job_state);
  status.reason = reason_of(job);
  status.restarts = job.restart_cnt;
  status.completing = status.phase == JobPhase::running && (job.job_state & JOB_COMPLETING) != 0;
  status.account = text_of(job.account);
  status.partition = text_of(job.partition);
  status.qos = text_of(job.qos);
  // For a job without an allocation, start_time is a forecast, or the time of a cancellation.
  const bool has_started = status.phase != JobPhase::pending && job.tres_alloc_str != nullptr;
  // slurmctld sets start_time to 0 when it requeues a job. If the job is cancelled while its processes still
  // end, the record keeps the allocation and the end, but not the start.
  const bool has_start_time = has_started && job.start_time != 0;
  if (status.phase == JobPhase::pending && job.start_time > std::time(nullptr))
    status.expected_start = from_unix(job.start_time);
  if (has_start_time) status.started_at = from_unix(job.start_time);
  if (has_started) {
    status.nodes = text_of(job.nodes);
    Gpus gpus = allocated_gpus(job);
    status.gpus = gpus.count;
    status.gpu_type = gpus.type;
    if (has_start_time && job.suspend_time != 0) {
      status.suspension_turn_at = from_unix(job.suspend_time);
      // pre_sus_time is the job's total running time before its last suspension.
      status.suspended = std::chrono::seconds(job.suspend_time - job.start_time - job.pre_sus_time);
    }
  }
  if (has_started && status.phase == JobPhase::ended) {
    Exit exit = exit_of(job.exit_code);
    status.exit_code = exit.code;
    status.signal = exit.signal;
  }
  if (status.phase == JobPhase::ended) {
    status.outcome = outcome_of(job.job_state, job.state_reason == WAIT_DEP_INVALID);
    status.ended_at = from_unix(job.end_time);
  }
  return status;
}

}  // namespace

void append_statuses(const slurm_job_info_t& record, const std::string& cluster,
                     std::vector<JobStatus>& statuses) {
  JobStatus status = status_of(record, cluster);
  if (record.array_job_id == 0) {
    statuses.push_back(std::move(status));
    return;
  }
  status.key.job_id = record.array_job_id;
  for (std::uint32_t task : tasks_in(record)) {
    status.key.task = task;
    statuses.push_back(status);
  }
}

std::vector<JobStatus> statuses_under(std::uint32_t job_id, const std::string& cluster) {
  std::vector<JobStatus> seen;
  std::optional<JobRecords> records = load_job(job_id);
  if (!records) return seen;
  for (const slurm_job_info_t& record : records->jobs()) append_statuses(record, cluster, seen);
  std::erase_if(seen, [&](const JobStatus& status) { return status.key.job_id != job_id; });
  return seen;
}

}  // namespace trainyard::slurm
