// SPDX-License-Identifier: GPL-2.0-or-later
// What slurmdbd has on record, and the search for a token everywhere.
#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>

#include "plugins/slurm/job_status.h"
#include "plugins/slurm/query_rights.h"
#include "plugins/slurm/record.h"
#include "plugins/slurm/slurm_actor.h"
#include "plugins/slurm/slurm_reader.h"

namespace trainyard::slurm {

namespace {

RecordNames record_names(Database& database, const Cluster& cluster) {
  RecordNames names{tres_names(database), {}, cluster.accounts_for_gpus};
  RecordList qos_list = database.qos();
  for (const slurmdb_qos_rec_t* qos : qos_list.as<slurmdb_qos_rec_t>()) names.qos[qos->id] = qos->name;
  return names;
}

std::vector<JobStatus> find_recorded(const Token& token, std::uint32_t uid, UtcSeconds since,
                                     const Cluster& cluster) {
  Database database;
  check_sees_own_jobs(database, cluster);
  RecordNames names = record_names(database, cluster);
  RecordList list = database.jobs_named(token, uid, to_unix(since), cluster.name);
  std::vector<JobStatus> statuses;
  // What has no record of its own never started: if it is to, slurmctld knows it.
  for (const slurmdb_job_rec_t* job : list.as<slurmdb_job_rec_t>())
    if (is_of_task(*job) || !is_of_array(*job)) statuses.push_back(status_of(*job, names));
  return statuses;
}

}  // namespace

std::vector<JobStatus> SlurmActor::find(const Token& token, std::uint32_t uid, UtcSeconds since) {
  // slurmdbd first: a job that it knows and slurmctld, asked later, does not, is over.
  std::vector<JobStatus> recorded;
  if (cluster_.has_accounting) recorded = find_recorded(token, uid, since, cluster_);

  std::vector<JobStatus> found;
  JobRecords live = load_jobs_of(uid);
  for (const slurm_job_info_t& job : live.jobs())
    if (job.name != nullptr && token == job.name)
      std::ranges::move(statuses_of(job, cluster_.name), std::back_inserter(found));
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

std::optional<JobStatus> SlurmReader::history(const JobKey& job) {
  if (!cluster_.has_accounting) return std::nullopt;
  Database database;
  RecordNames names = record_names(database, cluster_);
  RecordList list = database.jobs_with_id(job.job_id, cluster_.name);
  std::optional<JobStatus> together;  // with other tasks that never started
  for (const slurmdb_job_rec_t* record : list.as<slurmdb_job_rec_t>()) {
    if (is_half_recorded(*record)) continue;
    if (key_of(*record) == job) return status_of(*record, names);
    if (key_of(*record) == array_of(job)) together = status_of(*record, names);
  }
  if (together) together->key = job;
  return together;
}

// slurmdbd does not count restarts: it has a row for each, in order, with a submit time of its own.
std::vector<JobStatus> SlurmReader::history_since(const std::string& prefix, UtcSeconds since) {
  if (!cluster_.has_accounting) return {};
  Database database;
  RecordNames names = record_names(database, cluster_);
  RecordList list = database.jobs_since(to_unix(since), cluster_.name);
  std::vector<JobStatus> statuses;
  for (const slurmdb_job_rec_t* record : list.as<slurmdb_job_rec_t>())
    if (!is_half_recorded(*record) && std::string_view(record->jobname).starts_with(prefix))
      statuses.push_back(status_of(*record, names));
  std::ranges::stable_sort(statuses, {}, [](const JobStatus& job) { return job.key.submitted_at; });
  std::map<std::pair<std::string, Token>, int> runs;
  for (JobStatus& job : statuses) job.restarts = runs[{to_string(job.key), job.token}]++;
  return statuses;
}

}  // namespace trainyard::slurm
