// SPDX-License-Identifier: GPL-2.0-or-later
// SlurmReader: implements the SchedulerReader of plugins/scheduler.h with libslurm. One object per process.
#pragma once
#include <chrono>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/guarded.h"
#include "plugins/scheduler.h"
#include "plugins/slurm/call_meter.h"
#include "plugins/slurm/kept_database.h"
#include "plugins/slurm/libslurm.h"

namespace trainyard::slurm {

class SlurmReader final : public SchedulerReader {
 public:
  // `conf`: the path of slurm.conf; empty: see open_cluster(). Throws Error{invalid} if the file cannot be
  // read. Slurm's daemons need not be running.
  explicit SlurmReader(const std::string& conf) : cluster_(open_cluster(conf)) {}

  std::string describe() override;               // current_jobs.cc
  void count_deputy(const char* verb) override;  // release_and_cancel.cc
  CallCounts calls_last_minute() override { return call_meter().last_minute(); }
  std::chrono::seconds message_timeout() override { return cluster_.message_timeout; }
  UtcSeconds controller_started_at() override { return from_unix(boot_time()); }
  int most_array_tasks() override { return cluster_.most_array_tasks; }

  std::vector<std::string> warnings() override { return warnings_about(cluster_); }
  std::map<std::string, std::string> default_accounts(
      const std::set<std::string>& users) override;  // read_permitted_names.cc
  void check_sees_all_jobs() override;               // read_permitted_names.cc
  std::vector<JobStatus> look_up(std::uint32_t job_id,
                                 std::uint32_t uid) override;  // current_jobs.cc
  std::optional<std::vector<JobStatus>> poll(const std::string& prefix,
                                             const std::vector<JobKey>& known) override;  // current_jobs.cc
  std::map<JobKey, JobStatus> history_of(const std::vector<JobKey>& jobs) override;       // job_history.cc
  std::optional<JobStatus> history(const JobKey& job) override;                           // job_history.cc
  std::vector<JobStatus> history_since(const std::string& prefix,
                                       UtcSeconds since) override;  // job_history.cc
  std::vector<RefusedName> refused_names(const std::string& user, const std::set<std::string>& groups,
                                         const JobNames& names) override;           // read_permitted_names.cc
  std::vector<PlanDrift> plan_drift(const std::vector<PlanLimit>& plans) override;  // plan_qos.cc
  std::string failed_nodes(const std::string& nodes) override;                      // nodes.cc

 private:
  using Records = std::map<JobKey, JobStatus>;
  struct RecentRecords {
    std::chrono::steady_clock::time_point at;
    Records records;  // of a job, or of all tasks of an array
  };

  Records recorded_with_ids(const std::vector<std::uint32_t>& job_ids);  // job_history.cc
  const Records& recently_recorded(std::map<std::uint32_t, RecentRecords>& recent, std::uint32_t job_id);

  Cluster cluster_;
  KeptDatabase database_;
  Guarded<std::map<std::uint32_t, RecentRecords>> recent_;  // by job id: the records that history() read last
  std::string polled_prefix_;
  std::time_t polled_at_ = 0;  // slurmctld's clock at the last answer
};

}  // namespace trainyard::slurm
