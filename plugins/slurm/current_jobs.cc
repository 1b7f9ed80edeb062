// SPDX-License-Identifier: GPL-2.0-or-later
// The queries of SlurmReader to slurmctld about jobs.
#include <algorithm>
#include <string_view>
#include <utility>

#include "plugins/slurm/job_status.h"
#include "plugins/slurm/slurm_reader.h"

namespace trainyard::slurm {
namespace {

bool is_named(const slurm_job_info_t& job, const std::string& prefix) {
  return job.name != nullptr && std::string_view(job.name).starts_with(prefix);
}

}  // namespace

std::string SlurmReader::describe() { return "Slurm " + cluster_.version + ", cluster " + cluster_.name; }

std::vector<JobStatus> SlurmReader::look_up(std::uint32_t job_id, std::uint32_t uid) {
  std::vector<JobStatus> seen = statuses_under(job_id, cluster_.name);
  std::erase_if(seen, [uid](const JobStatus& job) { return job.uid != uid; });
  return seen;
}

std::optional<std::vector<JobStatus>> SlurmReader::poll(const std::string& prefix,
                                                        const std::vector<JobKey>& known) {
  std::optional<JobRecords> records = load_jobs(prefix == polled_prefix_ ? polled_at_ : 0);
  if (!records) return std::nullopt;
  std::vector<std::uint32_t> known_ids;  // only records that might be wanted are made into statuses
  for (const JobKey& job : known) known_ids.push_back(job.job_id);
  std::ranges::sort(known_ids);
  auto has_known_id = [&](const slurm_job_info_t& job) {
    return std::ranges::binary_search(known_ids, job.array_job_id != 0 ? job.array_job_id : job.job_id);
  };
  std::vector<JobStatus> statuses;
  statuses.reserve(records->jobs().size());
  for (const slurm_job_info_t& job : records->jobs()) {
    bool named = is_named(job, prefix);
    if (!named && !has_known_id(job)) continue;
    const auto before = static_cast<std::ptrdiff_t>(statuses.size());
    append_statuses(job, cluster_.name, statuses);
    if (named) continue;
    auto unknown = std::remove_if(statuses.begin() + before, statuses.end(), [&](const JobStatus& status) {
      return !std::ranges::binary_search(known, status.key);
    });
    statuses.erase(unknown, statuses.end());
  }
  polled_prefix_ = prefix;
  polled_at_ = records->updated_at();
  return statuses;
}

}  // namespace trainyard::slurm
