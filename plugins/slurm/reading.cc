// SPDX-License-Identifier: GPL-2.0-or-later
// What slurmctld knows now.
#include <algorithm>
#include <iterator>
#include <string_view>

#include "plugins/slurm/job_status.h"
#include "plugins/slurm/slurm_reader.h"

namespace trainyard::slurm {

std::string SlurmReader::describe() { return "Slurm " + cluster_.version + ", cluster " + cluster_.name; }

std::vector<JobStatus> SlurmReader::look_up(std::uint32_t job_id, const Token& token, std::uint32_t uid) {
  std::vector<JobStatus> seen = statuses_under(job_id, token, cluster_.name);
  std::erase_if(seen, [uid](const JobStatus& job) { return job.uid != uid; });
  return seen;
}

std::optional<std::vector<JobStatus>> SlurmReader::poll(const std::string& prefix) {
  std::optional<JobRecords> records = load_jobs(prefix == polled_prefix_ ? polled_at_ : 0);
  if (!records) return std::nullopt;
  std::vector<JobStatus> statuses;
  for (const slurm_job_info_t& job : records->jobs())
    if (job.name != nullptr && std::string_view(job.name).starts_with(prefix))
      std::ranges::move(statuses_of(job, cluster_.name), std::back_inserter(statuses));
  polled_prefix_ = prefix;
  polled_at_ = records->updated_at();
  return statuses;
}

}  // namespace trainyard::slurm
