// SPDX-License-Identifier: GPL-2.0-or-later
// What slurmctld knows now: seeing, releasing, cancelling.
#include "plugins/slurm/errors.h"
#include "plugins/slurm/slurm_scheduler.h"
#include "plugins/slurm/status.h"
#include "plugins/slurm/tres.h"

namespace trainyard::slurm {
namespace {

std::string text_of(const char* text) { return text == nullptr ? "" : text; }

// As squeue shows it: the words of this one case where Slurm has some, else of the reason.
std::string reason_of(const slurm_job_info_t& job) {
  return job.state_desc != nullptr && *job.state_desc != '\0' ? job.state_desc
                                                              : reason_word(job.state_reason);
}

Gpus allocated_gpus(const slurm_job_info_t& job) {
  Gpus gpus = gpus_in(text_of(job.tres_alloc_str));
  return gpus.count > 0 ? gpus : gpus_in_gres(text_of(job.gres_total));
}

bool is_over(int error) { return error == ESLURM_ALREADY_DONE || error == ESLURM_JOB_FINISHED; }

std::string name_of(const JobKey& job, const Token& token) {
  return "job " + std::to_string(job.job_id) + " (" + token + ")";
}

}  // namespace

std::string SlurmScheduler::describe() { return "Slurm " + cluster_.version + ", cluster " + cluster_.name; }

JobStatus SlurmScheduler::status_of(const slurm_job_info_t& job) const {
  JobStatus status;
  status.key = {cluster_.name, job.job_id, from_unix(job.submit_time)};
  status.token = text_of(job.name);
  status.uid = job.user_id;
  status.phase = phase_of(job.job_state);
  status.held = status.phase == JobPhase::pending && job.priority == 0;
  status.state = state_word(job.job_state);
  status.reason = reason_of(job);
  status.restarts = job.restart_cnt;
  // Without an allocation start_time is a forecast, or the time of a cancellation.
  bool has_started = status.phase != JobPhase::pending && job.tres_alloc_str != nullptr;
  if (has_started) {
    status.started_at = from_unix(job.start_time);
    status.nodes = text_of(job.nodes);
    Gpus gpus = allocated_gpus(job);
    status.gpus = gpus.count;
    status.gpu_type = gpus.type;
    if (job.suspend_time != 0) {
      status.suspension_turn_at = from_unix(job.suspend_time);
      // pre_sus_time is how long it ran before its last suspension, in all.
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

std::optional<std::vector<JobStatus>> SlurmScheduler::poll(const std::string& prefix) {
  std::optional<JobRecords> records = load_jobs(prefix == polled_prefix_ ? polled_at_ : 0);
  if (!records) return std::nullopt;
  std::vector<JobStatus> statuses;
  for (const slurm_job_info_t& job : records->jobs())
    if (text_of(job.name).starts_with(prefix)) statuses.push_back(status_of(job));
  polled_prefix_ = prefix;
  polled_at_ = records->updated_at();
  return statuses;
}

JobStatus SlurmScheduler::see(const JobKey& job, const Token& token) const {
  std::optional<JobRecords> records = load_job(job.job_id);
  if (records)
    for (const slurm_job_info_t& record : records->jobs()) {
      JobStatus status = status_of(record);
      if (status.key == job && status.token == token) return status;
    }
  throw Error(ErrorKind::not_found, name_of(job, token) + " is not in slurmctld");
}

void SlurmScheduler::release(const JobKey& job, const Token& token) {
  if (!see(job, token).held) return;
  int error = release_job(job.job_id);
  if (error != 0 && !is_over(error)) throw_slurm("release " + name_of(job, token), error);
}

void SlurmScheduler::cancel(const JobKey& job, const Token& token) {
  if (see(job, token).phase == JobPhase::ended) return;
  int error = kill_job(job.job_id);
  if (error != 0 && !is_over(error)) throw_slurm("cancel " + name_of(job, token), error);
}

}  // namespace trainyard::slurm
