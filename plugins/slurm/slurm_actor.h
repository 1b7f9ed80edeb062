// SPDX-License-Identifier: GPL-2.0-or-later
// SlurmActor: implements the SchedulerActor of plugins/scheduler.h with libslurm. munge proves the uid of
// this process to slurmctld and slurmdbd, which decide what the process may do. One object per process, used
// by one thread.
#pragma once
#include "plugins/scheduler.h"
#include "plugins/slurm/libslurm.h"

namespace trainyard::slurm {

class SlurmActor final : public SchedulerActor {
 public:
  // `conf`: the path of slurm.conf; empty: see open_cluster().
  explicit SlurmActor(const std::string& conf) : cluster_(open_cluster(conf)) {}

  QueuedJob submit(const JobRequest& request, SendBefore send_before) override;  // submit.cc
  std::vector<JobStatus> find(const std::set<Token>& tokens, std::uint32_t uid,
                              UtcSeconds since) override;  // job_history.cc
  void release(const JobKey& job, const Token& token,
               SendBefore send_before) override;  // release_and_cancel.cc
  void cancel(const JobKey& job, const Token& token,
              SendBefore send_before) override;                                      // release_and_cancel.cc
  std::vector<PlanDrift> apply_plans(const std::vector<PlanLimit>& plans) override;  // plan_qos.cc

 private:
  Cluster cluster_;
};

// Throws Error{unavailable} if `send_before` has passed. To be called right before a request is sent; `what`
// names it.
void check_time_is_left(SendBefore send_before, const std::string& what);

}  // namespace trainyard::slurm
