// SPDX-License-Identifier: GPL-2.0-or-later
// What slurmdbd has on record, and the search for a token everywhere.
#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>

#include "plugins/slurm/slurm_scheduler.h"
#include "plugins/slurm/status.h"
#include "plugins/slurm/tres.h"

namespace trainyard::slurm {
namespace {

// In requid, when no user ended the job.
constexpr std::uint32_t nobody = static_cast<std::uint32_t>(-1);

// The end of a short job can reach slurmdbd before its start; until that arrives, the record has this name
// and tells only half.
bool is_half_recorded(const slurmdb_job_rec_t& job) {
  return job.jobname == nullptr || std::string_view(job.jobname) == "allocation";
}

bool is_of_array(const slurmdb_job_rec_t& job) { return job.array_job_id != 0; }

// Tasks of an array have a record of their own from their start, or their end, on. Before they are all in
// one.
bool is_of_task(const slurmdb_job_rec_t& job) { return is_of_array(job) && job.array_task_id != NO_VAL; }

JobKey key_of(const slurmdb_job_rec_t& job) {
  JobKey key{job.cluster, is_of_array(job) ? job.array_job_id : job.jobid, from_unix(job.submit)};
  if (is_of_task(job)) key.task = job.array_task_id;
  return key;
}

// `held` stays false: slurmdbd does not hear of a release.
JobStatus status_of(const slurmdb_job_rec_t& job, const std::map<std::uint32_t, std::string>& tres) {
  JobStatus status;
  status.key = key_of(job);
  status.token = job.jobname ? job.jobname : "";
  status.uid = job.uid;
  status.phase = phase_on_record(job.state, job.end);
  status.state = state_word(job.state);
  // The reason on record is the last one before the start; of a job that has started it says nothing now.
  bool has_started = job.start != 0 && job.tres_alloc_str != nullptr && *job.tres_alloc_str != '\0';
  if (!has_started) status.reason = reason_word(job.state_reason_prev);
  if (has_started) {
    status.started_at = from_unix(job.start);
    status.nodes = job.nodes ? job.nodes : "";
    Gpus gpus = gpus_in(with_names(job.tres_alloc_str, tres));
    status.gpus = gpus.count;
    status.gpu_type = gpus.type;
  }
  if (has_started && status.phase == JobPhase::ended) {
    Exit exit = exit_of(job.exitcode);
    status.exit_code = exit.code;
    status.signal = exit.signal;
  }
  if (status.phase == JobPhase::ended) {
    status.outcome = outcome_of(job.state, !has_started && job.requid == nobody);
    status.suspended = std::chrono::seconds(job.suspended);  // of a job that lives it is no duration
    status.ended_at = from_unix(job.end);
    if (status.outcome == JobOutcome::cancelled && job.requid != nobody) status.cancelled_by = job.requid;
  }
  return status;
}

}  // namespace

std::vector<JobStatus> SlurmScheduler::find_recorded(const Token& token, std::uint32_t uid) const {
  Database database;
  std::map<std::uint32_t, std::string> tres = tres_names(database);
  RecordList list = database.jobs_named(token, uid, cluster_.name);
  std::vector<JobStatus> statuses;
  // What has no record of its own never started: if it is to, slurmctld knows it.
  for (const slurmdb_job_rec_t* job : list.as<slurmdb_job_rec_t>())
    if (is_of_task(*job) || !is_of_array(*job)) statuses.push_back(slurm::status_of(*job, tres));
  return statuses;
}

std::vector<JobStatus> SlurmScheduler::find(const Token& token, std::uint32_t uid) {
  // slurmdbd first: a job that it knows and slurmctld, asked later, does not, is over.
  std::vector<JobStatus> recorded;
  if (cluster_.has_accounting) recorded = find_recorded(token, uid);

  std::vector<JobStatus> found;
  JobRecords live = load_jobs_of(uid);
  for (const slurm_job_info_t& job : live.jobs())
    if (job.name != nullptr && token == job.name)
      std::ranges::move(statuses_of(job), std::back_inserter(found));
  for (JobStatus& job : recorded) {
    if (std::ranges::find(found, job.key, &JobStatus::key) != found.end()) continue;
    if (job.phase != JobPhase::ended) {
      job.phase = JobPhase::ended;
      job.outcome = JobOutcome::unknown;
    }
    found.push_back(std::move(job));
  }
  return found;
}

std::optional<JobStatus> SlurmScheduler::history(const JobKey& job) {
  if (!cluster_.has_accounting) return std::nullopt;
  Database database;
  std::map<std::uint32_t, std::string> tres = tres_names(database);
  RecordList list = database.jobs_with_id(job.job_id, cluster_.name);
  std::optional<JobStatus> together;  // with other tasks that never started
  for (const slurmdb_job_rec_t* record : list.as<slurmdb_job_rec_t>()) {
    if (is_half_recorded(*record)) continue;
    if (key_of(*record) == job) return slurm::status_of(*record, tres);
    if (key_of(*record) == array_of(job)) together = slurm::status_of(*record, tres);
  }
  if (together) together->key = job;
  return together;
}

// slurmdbd does not count restarts: it has a row for each, in order, with a submit time of its own.
std::vector<JobStatus> SlurmScheduler::history_since(const std::string& prefix, UtcSeconds since) {
  if (!cluster_.has_accounting) return {};
  Database database;
  std::map<std::uint32_t, std::string> tres = tres_names(database);
  RecordList list = database.jobs_since(to_unix(since), cluster_.name);
  std::vector<JobStatus> statuses;
  for (const slurmdb_job_rec_t* record : list.as<slurmdb_job_rec_t>())
    if (!is_half_recorded(*record) && std::string_view(record->jobname).starts_with(prefix))
      statuses.push_back(slurm::status_of(*record, tres));
  std::ranges::stable_sort(statuses, {}, [](const JobStatus& job) { return job.key.submitted_at; });
  std::map<std::pair<std::string, Token>, int> runs;
  for (JobStatus& job : statuses) job.restarts = runs[{to_string(job.key), job.token}]++;
  return statuses;
}

}  // namespace trainyard::slurm
