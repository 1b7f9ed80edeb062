// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/accounting_record.h"

#include <slurm/slurmdb.h>

#include <algorithm>
#include <string_view>

#include "plugins/slurm/libslurm.h"
#include "plugins/slurm/libslurm_strings.h"
#include "plugins/slurm/slurm_codes.h"
#include "plugins/slurm/tres.h"

namespace trainyard::slurm {
namespace {

// The value of requid when no user ended the job.
constexpr std::uint32_t nobody = static_cast<std::uint32_t>(-1);

// Returns the time in a record; 0 if slurmdbd does not have it (the record then has 0, NO_VAL or INFINITE).
std::int64_t time_on_record(std::time_t time) {
  auto never = static_cast<std::time_t>(NO_VAL);
  return time == never || time == static_cast<std::time_t>(INFINITE) ? 0 : time;
}

// Returns true if the job has started. A start time and an AllocTRES are not enough: a restarted slurmctld
// can report jobs that were cancelled in the queue again, with both, but without nodes among the TRES.
bool has_started(const slurmdb_job_rec_t& job, const std::string& allocated) {
  return time_on_record(job.start) != 0 && (',' + allocated).find(",node=") != std::string::npos;
}

// Returns the list of nodes; empty while it is missing. slurmdbd gets the list with the start of the job,
// which can arrive after the end.
std::string nodes_of(const slurmdb_job_rec_t& job) {
  return job.nodes == nullptr || std::string_view(job.nodes) == "None assigned" ? "" : job.nodes;
}

// Returns how long an ended job was suspended. For a job that was never resumed, slurmdbd has the time of the
// suspension in place of the duration.
std::chrono::seconds suspended_of(const slurmdb_job_rec_t& job) {
  std::int64_t suspended = job.suspended;
  if (suspended > job.end - job.start) suspended = std::max<std::int64_t>(0, job.end - suspended);
  return std::chrono::seconds(suspended);
}

}  // namespace

bool is_half_recorded(const slurmdb_job_rec_t& job) {
  return job.jobname == nullptr || std::string_view(job.jobname) == "allocation";
}

bool is_of_array(const slurmdb_job_rec_t& job) { return job.array_job_id != 0; }

bool is_of_task(const slurmdb_job_rec_t& job) { return is_of_array(job) && job.array_task_id != NO_VAL; }

JobKey key_of(const slurmdb_job_rec_t& job) {
  JobKey key{job.cluster, is_of_array(job) ? job.array_job_id : job.jobid, from_unix(job.submit)};
  if (is_of_task(job)) key.task = job.array_task_id;
  return key;
}

JobStatus status_of(const slurmdb_job_rec_t& job, const RecordNames& names) {
  JobStatus status;
  status.key = key_of(job);
  status.token = job.jobname ? job.jobname : "";
  status.uid = job.uid;
  status.phase = phase_on_record(job.state, time_on_record(job.end));
  status.state = state_word(job.state);
  status.account = text_of(job.account);
  status.partition = text_of(job.partition);
  if (auto qos = names.qos.find(job.qosid); qos != names.qos.end()) status.qos = qos->second;
  const std::string allocated = with_names(job.tres_alloc_str ? job.tres_alloc_str : "", names.tres);
  const bool started = has_started(job, allocated);
  // The recorded reason is that of the wait before the start, so it is not used for a job that has started.
  if (!started) status.reason = reason_word(job.state_reason_prev);
  if (started) {
    status.started_at = from_unix(job.start);
    status.nodes = nodes_of(job);
    Gpus gpus = gpus_in(allocated);
    status.gpus = gpus.count;
    status.gpus_on_record = names.gpus_are_recorded || gpus.count > 0;
    status.gpu_type = gpus.type;
  }
  if (started && status.phase == JobPhase::ended) {
    Exit exit = exit_of(job.exitcode);
    status.exit_code = exit.code;
    status.signal = exit.signal;
  }
  if (status.phase == JobPhase::ended) {
    status.outcome = outcome_of(job.state, !started && job.requid == nobody);
    status.suspended = suspended_of(job);
    status.ended_at = from_unix(job.end);
    if (status.outcome == JobOutcome::cancelled && job.requid != nobody) status.cancelled_by = job.requid;
  }
  return status;
}

}  // namespace trainyard::slurm
