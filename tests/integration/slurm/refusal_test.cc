// Tests that a refusal by Slurm becomes an Error with Slurm's message and the requested value.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "tests/integration/slurm/cluster.h"

namespace trainyard {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(Slurm, AnUnknownPartitionIsNamed) {
  JobRequest request = job("true");
  request.partition = "night";
  EXPECT_THAT(error_of([&] { scheduler().submit(request); }),
              AllOf(StartsWith("invalid: submit " + request.token), HasSubstr("night"),
                    HasSubstr("Invalid partition name specified")));
}

// A slurmctld that was killed and has lost a job can give that job's id to the job that depends on it.
TEST_F(Slurm, AJobThatWouldFollowItselfHasLostTheOneBeforeIt) {
  JobRequest before = job("true"), request = job("true");
  before.held = request.held = true;
  std::uint32_t next_id = scheduler().submit(before).job_id + 1;
  request.dependency = JobDependency{JobDependency::Kind::after_any, next_id};
  EXPECT_EQ(error_of([&] { scheduler().submit(request); }),
            "not_found: submit " + request.token + ": slurmctld has no job " + std::to_string(next_id) +
                " that it is to follow");
}

TEST_F(Slurm, AnUnknownGpuTypeIsNamed) {
  JobRequest request = job("true");
  request.gpus_per_node = 1;
  request.gpu_type = "k80";
  EXPECT_THAT(error_of([&] { scheduler().submit(request); }),
              AllOf(StartsWith("invalid: "), HasSubstr("gpu:k80:1\""), HasSubstr("not available")));
}

TEST_F(Slurm, MoreGpusThanANodeHasAreRefused) {
  JobRequest request = job("true");
  request.gpus_per_node = 3;
  request.gpu_type = "k40";
  EXPECT_THAT(error_of([&] { scheduler().submit(request); }),
              AllOf(StartsWith("invalid: "), HasSubstr("gpu:k40:3\"")));
}

TEST_F(Slurm, AnUnknownAccountOrQosIsNamedWhereTheyAreEnforced) {
  std::ofstream(std::getenv("SLURM_CONF"), std::ios::app) << "AccountingStorageEnforce=associations,qos\n";
  fault("slurmctld", "stop");
  fault("slurmctld", "start");
  JobRequest wrong_account = job("true");
  wrong_account.account = "astrology";
  EXPECT_THAT(
      error_of([&] { scheduler().submit(wrong_account); }),
      AllOf(StartsWith("invalid: "), HasSubstr("account \"astrology\""), HasSubstr("Invalid account")));
  JobRequest wrong_qos = job("true");
  wrong_qos.qos = "express";
  EXPECT_THAT(error_of([&] { scheduler().submit(wrong_qos); }),
              AllOf(StartsWith("invalid: "), HasSubstr("qos \"express\""), HasSubstr("Invalid qos")));
}

}  // namespace
}  // namespace trainyard
