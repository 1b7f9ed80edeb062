// SPDX-License-Identifier: GPL-2.0-or-later
// Reads job records from slurmdbd, and searches for tokens in slurmdbd and slurmctld.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

#include "plugins/slurm/accounting_record.h"
#include "plugins/slurm/job_status.h"
#include "plugins/slurm/query_rights.h"
#include "plugins/slurm/slurm_actor.h"
#include "plugins/slurm/slurm_reader.h"

namespace trainyard::slurm {

namespace {

// The most job ids in one query to slurmdbd, which makes one SQL statement of it.
constexpr std::size_t most_ids_at_once = 1000;

constexpr std::chrono::seconds records_are_recent{1};

RecordNames record_names(Database& database, const Cluster& cluster) {
  RecordNames names{tres_names(database), {}, cluster.accounts_for_gpus};
  RecordList qos_list = database.qos();
  for (const slurmdb_qos_rec_t* qos : qos_list.as<slurmdb_qos_rec_t>()) names.qos[qos->id] = qos->name;
  return names;
}

// Returns the record of a job. A task that never started has no record of its own; one record of the array
// stands for all such tasks.
std::optional<JobStatus> record_of(const JobKey& job, const std::map<JobKey, JobStatus>& recorded) {
  auto record = recorded.find(job);
  bool has_own = record != recorded.end();
  if (!has_own) record = recorded.find(array_of(job));
  if (record == recorded.end() || (!has_own && record->second.started_at)) return std::nullopt;
  JobStatus status = record->second;
  status.key = job;
  return status;
}

std::vector<JobStatus> find_recorded(const std::set<Token>& tokens, std::uint32_t uid, UtcSeconds since,
                                     const Cluster& cluster) {
  Database database;
  check_sees_own_jobs(database, cluster);
  RecordNames names = record_names(database, cluster);
  RecordList list = database.jobs_named(tokens, uid, to_unix(since), cluster.name);
  std::vector<JobStatus> statuses;
  // Records that stand for the unstarted tasks of an array are skipped: if such tasks are still to start,
  // slurmctld has them.
  for (const slurmdb_job_rec_t* job : list.as<slurmdb_job_rec_t>())
    if (is_of_task(*job) || !is_of_array(*job)) statuses.push_back(status_of(*job, names));
  return statuses;
}

}  // namespace

std::vector<JobStatus> SlurmActor::find(const std::set<Token>& tokens, std::uint32_t uid, UtcSeconds since) {
  // slurmdbd is queried first: if it has a job that slurmctld, which is queried later, does not have, the job
  // is over.
  std::vector<JobStatus> recorded;
  if (cluster_.has_accounting) recorded = find_recorded(tokens, uid, since, cluster_);

  std::vector<JobStatus> found;
  JobRecords live = load_jobs_of(uid);
  for (const slurm_job_info_t& job : live.jobs())
    if (job.name != nullptr && tokens.contains(job.name)) append_statuses(job, cluster_.name, found);
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

std::map<JobKey, JobStatus> SlurmReader::history_of(const std::vector<JobKey>& jobs) {
  std::map<JobKey, JobStatus> found;
  if (!cluster_.has_accounting) return found;
  std::set<std::uint32_t> ids;
  for (const JobKey& job : jobs) ids.insert(job.job_id);
  std::map<JobKey, JobStatus> recorded;
  for (auto first = ids.begin(); first != ids.end();) {
    std::vector<std::uint32_t> some;
    for (; first != ids.end() && some.size() < most_ids_at_once; ++first) some.push_back(*first);
    recorded.merge(recorded_with_ids(some));
  }
  for (const JobKey& job : jobs)
    if (std::optional<JobStatus> status = record_of(job, recorded)) found.emplace(job, std::move(*status));
  return found;
}

std::optional<JobStatus> SlurmReader::history(const JobKey& job) {
  if (!cluster_.has_accounting) return std::nullopt;
  return recent_.with([&](auto& recent) { return record_of(job, recently_recorded(recent, job.job_id)); });
}

const SlurmReader::Records& SlurmReader::recently_recorded(std::map<std::uint32_t, RecentRecords>& recent,
                                                           std::uint32_t job_id) {
  auto now = std::chrono::steady_clock::now();
  std::erase_if(recent, [&](const auto& one) { return one.second.at + records_are_recent < now; });
  auto found = recent.find(job_id);
  if (found == recent.end())
    found = recent.emplace(job_id, RecentRecords{now, recorded_with_ids({job_id})}).first;
  return found->second.records;
}

std::map<JobKey, JobStatus> SlurmReader::recorded_with_ids(const std::vector<std::uint32_t>& job_ids) {
  return database_.ask([&](Database& database) {
    RecordNames names = record_names(database, cluster_);
    RecordList list = database.jobs_with_ids(job_ids, cluster_.name);
    std::map<JobKey, JobStatus> recorded;
    for (const slurmdb_job_rec_t* record : list.as<slurmdb_job_rec_t>())
      if (!is_half_recorded(*record)) recorded.emplace(key_of(*record), status_of(*record, names));
    return recorded;
  });
}

// Sets JobStatus::restarts by counting: slurmdbd does not have the number, but a record for each start of a
// job, with its own submit time.
std::vector<JobStatus> SlurmReader::history_since(const std::string& prefix, UtcSeconds since) {
  if (!cluster_.has_accounting) return {};
  std::vector<JobStatus> statuses = database_.ask([&](Database& database) {
    RecordNames names = record_names(database, cluster_);
    RecordList list = database.jobs_since(to_unix(since), cluster_.name);
    std::vector<JobStatus> found;
    for (const slurmdb_job_rec_t* record : list.as<slurmdb_job_rec_t>())
      if (!is_half_recorded(*record) && std::string_view(record->jobname).starts_with(prefix))
        found.push_back(status_of(*record, names));
    return found;
  });
  std::ranges::stable_sort(statuses, {}, [](const JobStatus& job) { return job.key.submitted_at; });
  std::map<std::pair<std::string, Token>, int> runs;
  for (JobStatus& job : statuses) job.restarts = runs[{to_string(job.key), job.token}]++;
  return statuses;
}

}  // namespace trainyard::slurm
