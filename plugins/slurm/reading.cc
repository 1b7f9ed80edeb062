// SPDX-License-Identifier: GPL-2.0-or-later
// What slurmctld knows now.
#include <algorithm>
#include <iterator>
#include <string_view>

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
                                                        const std::set<JobKey>& known) {
  std::optional<JobRecords> records = load_jobs(prefix == polled_prefix_ ? polled_at_ : 0);
  if (!records) return std::nullopt;
  std::set<std::uint32_t> known_ids;  // a record is made into statuses only where it may be wanted
  for (const JobKey& job : known) known_ids.insert(job.job_id);
  std::vector<JobStatus> statuses;
  for (const slurm_job_info_t& job : records->jobs())
    if (is_named(job, prefix) || known_ids.contains(job.job_id) || known_ids.contains(job.array_job_id))
      std::ranges::copy_if(statuses_of(job, cluster_.name), std::back_inserter(statuses),
                           [&](const JobStatus& status) {
                             return is_named(job, prefix) || known.contains(status.key) ||
                                    known.contains(array_of(status.key));
                           });
  polled_prefix_ = prefix;
  polled_at_ = records->updated_at();
  return statuses;
}

}  // namespace trainyard::slurm
