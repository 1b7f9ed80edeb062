// SPDX-License-Identifier: GPL-2.0-or-later
// SlurmScheduler: the Scheduler of plugins/scheduler.h, by libslurm. One object per process, one thread at a
// time. The calling process must be root or SlurmUser to submit for others.
#pragma once
#include <ctime>

#include "plugins/scheduler.h"
#include "plugins/slurm/call_meter.h"
#include "plugins/slurm/libslurm.h"

namespace trainyard::slurm {

class SlurmScheduler final : public Scheduler {
 public:
  // `conf`: a slurm.conf, or empty for the usual places; Error{invalid} when it cannot be read. Needs no
  // daemon of Slurm's to be up.
  explicit SlurmScheduler(const std::string& conf) : cluster_(open_cluster(conf)) {}

  std::string describe() override;
  CallCounts calls_last_minute() override { return call_meter().last_minute(); }
  std::chrono::seconds message_timeout() override { return cluster_.message_timeout; }
  int most_array_tasks() override { return cluster_.most_array_tasks; }
  std::vector<std::string> warnings() override { return warnings_about(cluster_); }

  JobKey submit(const JobRequest& request) override;                               // submit.cc
  std::vector<JobStatus> find(const Token& token, std::uint32_t uid) override;     // history.cc
  void release(const JobKey& job, const Token& token) override;                    // jobs.cc
  void cancel(const JobKey& job, const Token& token) override;                     // jobs.cc
  std::optional<std::vector<JobStatus>> poll(const std::string& prefix) override;  // jobs.cc
  std::optional<JobStatus> history(const JobKey& job) override;                    // history.cc
  std::vector<RefusedName> refused_names(const std::string& user,
                                         const JobNames& names) override;                      // rights.cc
  std::string default_account(const std::string& user) override;                               // rights.cc
  std::vector<PlanDrift> plan_drift(const std::vector<PlanLimit>& plans) override;             // plans.cc
  std::vector<PlanDrift> apply_plans(const std::vector<PlanLimit>& plans) override;            // plans.cc
  std::vector<JobStatus> history_since(const std::string& prefix, UtcSeconds since) override;  // history.cc
  std::string failed_nodes(const std::string& nodes) override;                                 // nodes.cc

 private:
  // One for each task, where the record is of an array.
  std::vector<JobStatus> statuses_of(const slurm_job_info_t& record) const;
  // slurmctld's word on this very job, or on all tasks of this very array: same id, token and submit time;
  // Error{not_found} when there are none.
  std::vector<JobStatus> see(const JobKey& job, const Token& token) const;
  // The job just queued under that id; Error{unavailable} when it does not carry the token.
  JobKey seen_as(std::uint32_t job_id, const Token& token) const;
  std::vector<JobStatus> find_recorded(const Token& token, std::uint32_t uid) const;

  Cluster cluster_;
  std::string polled_prefix_;
  std::time_t polled_at_ = 0;  // slurmctld's clock at the last answer
};

}  // namespace trainyard::slurm
