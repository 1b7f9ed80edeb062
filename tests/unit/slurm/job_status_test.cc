// SPDX-License-Identifier: GPL-2.0-or-later
// What a record of slurmctld says about a job.
#include "plugins/slurm/job_status.h"

#include <gtest/gtest.h>

#include <string>

namespace trainyard::slurm {
namespace {

// A job that ran on one K40 from 1100 to 1200.
class ControllerRecord {
 public:
  ControllerRecord() {
    job.job_id = 7;
    job.submit_time = 1000;
    job.start_time = 1100;
    job.end_time = 1200;
    job.job_state = JOB_COMPLETE;
    job.tres_alloc_str = tres_.data();
  }

  JobStatus status() const {
    std::vector<JobStatus> statuses;
    append_statuses(job, "yard", statuses);
    return statuses.at(0);
  }

  slurm_job_info_t job{};

 private:
  std::string tres_ = "cpu=1,node=1,gres/gpu=1,gres/gpu:k40=1";
};

TEST(ARecordOfSlurmctld, SaysWhenAJobRanAndOnHowManyGpus) {
  const JobStatus status = ControllerRecord().status();
  EXPECT_EQ(status.phase, JobPhase::ended);
  EXPECT_EQ(status.started_at, from_unix(1100));
  EXPECT_EQ(status.ended_at, from_unix(1200));
  EXPECT_EQ(status.gpus, 1);
}

TEST(ARecordOfSlurmctld, HasNoStartAfterTheJobWasRequeuedAndThenCancelledWhileItsProcessesEnded) {
  ControllerRecord record;
  record.job.job_state = JOB_CANCELLED;
  record.job.start_time = 0;
  const JobStatus status = record.status();
  EXPECT_EQ(status.started_at, std::nullopt);
  EXPECT_EQ(status.ended_at, from_unix(1200));
  EXPECT_EQ(status.gpus, 1);
}

TEST(ARecordOfSlurmctld, OfAJobWithoutAnAllocationHasNoStart) {
  ControllerRecord record;
  record.job.job_state = JOB_CANCELLED;
  record.job.tres_alloc_str = nullptr;
  EXPECT_EQ(record.status().started_at, std::nullopt);
}

}  // namespace
}  // namespace trainyard::slurm
