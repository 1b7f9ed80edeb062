// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/slurm_codes.h"

#include <gtest/gtest.h>
#include <slurm/slurm.h>

#include "plugins/slurm/errors.h"
#include "plugins/slurm/slurm_reader.h"
#include "plugins/slurm/submit.h"

namespace trainyard::slurm {
namespace {

TEST(Phase, OfACompletingJobIsRunningUntilItsProcessesAreGone) {
  EXPECT_EQ(phase_of(JOB_CANCELLED | JOB_COMPLETING), JobPhase::running);
  EXPECT_EQ(phase_of(JOB_CANCELLED), JobPhase::ended);
}

TEST(Phase, OfARequeuedJobIsPendingEvenWhileItsOldRunCompletes) {
  EXPECT_EQ(phase_of(JOB_PENDING | JOB_COMPLETING), JobPhase::pending);
}

TEST(Phase, IsTheStatesOwnOtherwise) {
  EXPECT_EQ(phase_of(JOB_PENDING), JobPhase::pending);
  EXPECT_EQ(phase_of(JOB_RUNNING | JOB_CONFIGURING), JobPhase::running);
  EXPECT_EQ(phase_of(JOB_SUSPENDED), JobPhase::suspended);
}

TEST(Phase, OnRecordIsNoEndBeforeTheEndsTimeIsOnRecordToo) {
  EXPECT_EQ(phase_on_record(JOB_COMPLETE, 0), JobPhase::running);
  EXPECT_EQ(phase_on_record(JOB_COMPLETE, 1795448809), JobPhase::ended);
  EXPECT_EQ(phase_on_record(JOB_PENDING, 0), JobPhase::pending);
}

TEST(Outcome, TellsEveryEndApart) {
  EXPECT_EQ(outcome_of(JOB_COMPLETE, false), JobOutcome::completed);
  EXPECT_EQ(outcome_of(JOB_FAILED, false), JobOutcome::failed);
  EXPECT_EQ(outcome_of(JOB_CANCELLED, false), JobOutcome::cancelled);
  EXPECT_EQ(outcome_of(JOB_CANCELLED, true), JobOutcome::dependency_failed);
  EXPECT_EQ(outcome_of(JOB_TIMEOUT, false), JobOutcome::time_limit);
  EXPECT_EQ(outcome_of(JOB_DEADLINE, false), JobOutcome::time_limit);
  EXPECT_EQ(outcome_of(JOB_NODE_FAIL, false), JobOutcome::node_failure);
  EXPECT_EQ(outcome_of(JOB_BOOT_FAIL, false), JobOutcome::node_failure);
  EXPECT_EQ(outcome_of(JOB_PREEMPTED, false), JobOutcome::preempted);
  EXPECT_EQ(outcome_of(JOB_OOM, false), JobOutcome::out_of_memory);
}

TEST(Outcome, IsUnknownAndNotSuccessForAStateOfALaterSlurm) {
  EXPECT_EQ(outcome_of(JOB_END + 1, false), JobOutcome::unknown);
}

TEST(Exit, IsACodeOrASignal) {
  EXPECT_EQ(exit_of(3 << 8).code, 3);
  EXPECT_EQ(exit_of(3 << 8).signal, 0);
  EXPECT_EQ(exit_of(9).code, 0);
  EXPECT_EQ(exit_of(9).signal, 9);
}

TEST(ErrorKinds, TellWhatMaySucceedLaterFromWhatNeverWill) {
  EXPECT_EQ(kind_of(EAGAIN), ErrorKind::unavailable);
  EXPECT_EQ(kind_of(SLURMCTLD_COMMUNICATIONS_CONNECTION_ERROR), ErrorKind::unavailable);
  EXPECT_EQ(kind_of(SLURM_PROTOCOL_SOCKET_IMPL_TIMEOUT), ErrorKind::unavailable);
  EXPECT_EQ(kind_of(ESLURM_AUTH_CRED_INVALID), ErrorKind::unavailable);
  EXPECT_EQ(kind_of(ESLURM_INVALID_PARTITION_NAME), ErrorKind::invalid);
  EXPECT_EQ(kind_of(ESLURM_REQUESTED_NODE_CONFIG_UNAVAILABLE), ErrorKind::invalid);
  EXPECT_EQ(kind_of(ESLURM_ACCESS_DENIED), ErrorKind::denied);
  EXPECT_EQ(kind_of(ESLURM_ACCOUNTING_POLICY), ErrorKind::unavailable);
  EXPECT_EQ(kind_of(ECONNRESET), ErrorKind::unavailable);
}

TEST(Description, AsksForGpusPerNodeByType) {
  JobRequest request;
  EXPECT_EQ(gres_of(request), "");
  request.gpus_per_node = 2;
  EXPECT_EQ(gres_of(request), std::string(gres_prefix) + "gpu:2");
  request.gpu_type = "k40";
  EXPECT_EQ(gres_of(request), std::string(gres_prefix) + "gpu:k40:2");
}

TEST(Description, RoundsUpSoThatAJobGetsWhatItAskedFor) {
  EXPECT_EQ(minutes_of(std::chrono::seconds(60)), 1u);
  EXPECT_EQ(minutes_of(std::chrono::seconds(61)), 2u);
  EXPECT_EQ(mebibytes_of(1), 1u);
  EXPECT_EQ(mebibytes_of(std::int64_t{64} << 30), 65536u);
}

TEST(Description, NamesTheDependency) {
  JobRequest request;
  EXPECT_EQ(dependency_of(request), "");
  request.dependency = JobDependency{JobDependency::Kind::after_ok, 17};
  EXPECT_EQ(dependency_of(request), "afterok:17");
  request.dependency = JobDependency{JobDependency::Kind::after_any, 18};
  EXPECT_EQ(dependency_of(request), "afterany:18");
}

TEST(SlurmConf, ThatIsNotThereIsNamedInsteadOfEndingTheProcess) {
  try {
    SlurmReader reader("/nowhere/slurm.conf");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid);
    EXPECT_NE(std::string(error.what()).find("/nowhere/slurm.conf"), std::string::npos);
  }
}

}  // namespace
}  // namespace trainyard::slurm
