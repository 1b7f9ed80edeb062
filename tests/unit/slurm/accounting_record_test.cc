// SPDX-License-Identifier: GPL-2.0-or-later
// Tests of reading slurmdbd's records of jobs, including misleading ones of Slurm 22.05.
#include "plugins/slurm/accounting_record.h"

#include <gtest/gtest.h>
#include <slurm/slurm.h>

namespace trainyard::slurm {
namespace {

const RecordNames names{
    {{1, "cpu"}, {2, "mem"}, {4, "node"}, {5, "billing"}, {1001, "gres/gpu"}}, {{1, "normal"}}, true};

// slurmdbd's record of a job that ran on two nodes for 100 s. Tests change fields of it.
struct Record {
  std::string cluster = "yard", name = "ty-cafe-7.1-train", nodes = "n[1-2]", tres = "1=2,2=200,4=2,1001=2";
  slurmdb_job_rec_t job{};

  Record() {
    job.jobid = 11;
    job.array_task_id = NO_VAL;
    job.state = JOB_COMPLETE;
    job.requid = static_cast<std::uint32_t>(-1);
    job.submit = 1000;
    job.start = 1100;
    job.end = 1200;
  }

  JobStatus status() {
    job.cluster = cluster.data();
    job.jobname = name.data();
    job.nodes = nodes.data();
    job.tres_alloc_str = tres.data();
    return status_of(job, names);
  }
};

TEST(ARecord, SaysWhereAndWhenAJobRanAndOnHowManyGpus) {
  JobStatus status = Record().status();
  EXPECT_EQ(status.key, (JobKey{"yard", 11, from_unix(1000)}));
  EXPECT_EQ(status.token, "ty-cafe-7.1-train");
  EXPECT_EQ(status.phase, JobPhase::ended);
  EXPECT_EQ(status.outcome, JobOutcome::completed);
  EXPECT_EQ(status.started_at, from_unix(1100));
  EXPECT_EQ(status.ended_at, from_unix(1200));
  EXPECT_EQ(status.nodes, "n[1-2]");
  EXPECT_EQ(status.gpus, 2);
}

TEST(ARecord, SaysUnderWhichAccountPartitionAndQosTheJobWas) {
  Record record;
  std::string account = "vision", partition = "k40";
  record.job.account = account.data();
  record.job.partition = partition.data();
  record.job.qosid = 1;
  JobStatus status = record.status();
  EXPECT_EQ(status.account, "vision");
  EXPECT_EQ(status.partition, "k40");
  EXPECT_EQ(status.qos, "normal");
}

// slurmdbd writes 4294967294 (NO_VAL) as the end if it never received one.
TEST(ARecord, OfATimeThatWasNeverSetHasNone) {
  for (std::uint32_t never : {0u, NO_VAL, INFINITE}) {
    Record record;
    record.job.end = static_cast<std::time_t>(never);
    EXPECT_EQ(record.status().phase, JobPhase::running) << never;
    EXPECT_FALSE(record.status().ended_at) << never;
    record.job.start = static_cast<std::time_t>(never);
    EXPECT_FALSE(record.status().started_at) << never;
  }
}

TEST(ARecord, WithoutGpusSaysWhetherItCouldTellThem) {
  Record record;
  record.tres = "1=2,2=200,4=2";
  RecordNames without = names;
  without.gpus_are_recorded = false;
  record.status();
  EXPECT_TRUE(status_of(record.job, names).gpus_on_record);
  EXPECT_FALSE(status_of(record.job, without).gpus_on_record);
}

TEST(ARecord, OfATaskHasTheArraysIdAndTheTasksIndex) {
  Record record;
  record.job.array_job_id = 9;
  record.job.array_task_id = 3;
  EXPECT_EQ(record.status().key, (JobKey{"yard", 9, from_unix(1000), 3}));
  record.job.array_task_id = NO_VAL;  // the record of all tasks of the array that have not begun
  EXPECT_EQ(record.status().key, (JobKey{"yard", 9, from_unix(1000)}));
}

// After a restart, slurmctld can report a job that was cancelled in the queue a second time: with TRES, and
// with a start although the job never started.
TEST(ARecord, WithoutNodesAmongItsTresIsOfAJobThatNeverStarted) {
  Record record;
  record.nodes = "None assigned";
  record.tres = "1=1,2=100,5=1";
  record.job.state = JOB_CANCELLED;
  record.job.requid = 1000;
  record.job.start = record.job.end;
  JobStatus status = record.status();
  EXPECT_EQ(status.phase, JobPhase::ended);
  EXPECT_EQ(status.outcome, JobOutcome::cancelled);
  EXPECT_EQ(status.started_at, std::nullopt);
  EXPECT_EQ(status.gpus, 0);
}

TEST(ARecord, WhoseStartIsStillToComeHasNoListOfNodesYet) {
  Record record;
  record.nodes = "None assigned";
  EXPECT_EQ(record.status().started_at, from_unix(1100));
  EXPECT_EQ(record.status().gpus, 2);
  EXPECT_EQ(record.status().nodes, "");
}

TEST(ARecord, OfAJobThatEndedSuspendedHasTheTimeSinceWhen) {
  Record record;
  record.job.suspended = 30;
  EXPECT_EQ(record.status().suspended, std::chrono::seconds(30));
  record.job.suspended = 1190;
  EXPECT_EQ(record.status().suspended, std::chrono::seconds(10));
}

TEST(ARecord, OfAnEndThatCameBeforeTheStartTellsOnlyHalf) {
  Record record;
  record.status();
  EXPECT_FALSE(is_half_recorded(record.job));
  record.name = "allocation";
  record.status();
  EXPECT_TRUE(is_half_recorded(record.job));
}

}  // namespace
}  // namespace trainyard::slurm
