// Tests of a job's life from submission to end, as the module and as sacct report it.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>

#include "daemon/base/text.h"
#include "tests/integration/slurm/cluster.h"

namespace trainyard {
namespace {

using testing::HasSubstr;
using testing::Not;

// Returns "start|end" of the job by sacct, in unix seconds.
std::string interval_in_sacct(const JobStatus& job) {
  return output_of_command("SLURM_TIME_FORMAT=%s sacct -D -X -n -P -S 2020-01-01 --format=Start,End -j " +
                           std::to_string(job.key.job_id));
}

std::string interval_of(const JobStatus& job) {
  return std::to_string(to_unix(*job.started_at)) + "|" + std::to_string(to_unix(*job.ended_at)) + "\n";
}

TEST_F(Slurm, SaysItsVersionAndCluster) {
  EXPECT_THAT(scheduler().describe(), testing::MatchesRegex("Slurm 2[0-9]\\.[0-9]+\\.[0-9]+, cluster yard"));
  EXPECT_EQ(scheduler().message_timeout(), std::chrono::seconds(10));
}

TEST_F(Slurm, AHeldJobStartsOnlyWhenItIsReleasedAndEndsToTheSecondAsInSacct) {
  JobRequest request = job("hostname");
  request.held = true;
  request.nodes = 2;
  request.gpus_per_node = 1;
  request.gpu_type = "k40";
  JobKey key = scheduler().submit(request);
  JobStatus held = status_of(request);
  EXPECT_EQ(held.key, key);
  EXPECT_TRUE(held.held);
  EXPECT_EQ(held.reason, "JobHeldUser");  // not JobHeldAdmin: the job's owner can release it
  EXPECT_EQ(held.phase, JobPhase::pending);
  EXPECT_EQ(held.started_at, std::nullopt);

  scheduler().release(key, request.token);
  JobStatus ended = wait_until_ended(request);

  EXPECT_EQ(ended.key, key);
  EXPECT_EQ(ended.outcome, JobOutcome::completed);
  EXPECT_EQ(ended.nodes, "n[1-2]");
  EXPECT_EQ(ended.gpus, 2);
  EXPECT_EQ(ended.gpu_type, "k40");
  EXPECT_TRUE(comes_true([&] { return interval_in_sacct(ended) == interval_of(ended); }))
      << interval_in_sacct(ended) << interval_of(ended);
}

TEST_F(Slurm, HistorySaysTheSameOfAnEndedJobAsThePoll) {
  JobRequest request = job("exit 3");
  request.gpus_per_node = 2;
  JobKey key = scheduler().submit(request);
  JobStatus polled = wait_until_ended(request);
  std::optional<JobStatus> recorded;
  ASSERT_TRUE(comes_true([&] {
    recorded = scheduler().history(key);
    return recorded && recorded->phase == JobPhase::ended;
  }));
  EXPECT_EQ(recorded->key, polled.key);
  EXPECT_EQ(recorded->token, request.token);
  EXPECT_EQ(recorded->outcome, JobOutcome::failed);
  EXPECT_EQ(polled.outcome, JobOutcome::failed);
  EXPECT_EQ(recorded->exit_code, 3);
  EXPECT_EQ(polled.exit_code, 3);
  EXPECT_EQ(interval_of(*recorded), interval_of(polled));
  EXPECT_EQ(recorded->gpus, 2);
  EXPECT_EQ(polled.gpus, 2);
}

TEST_F(Slurm, HistoryDoesNotKnowAnIdWithAnotherSubmitTime) {
  JobRequest request = job("true");
  JobKey key = scheduler().submit(request);
  wait_until_ended(request);
  key.submitted_at -= std::chrono::hours(1);
  EXPECT_EQ(scheduler().history(key), std::nullopt);
}

TEST_F(Slurm, AJobRunsAsItsUserInItsDirectory) {
  if (::getuid() != 0) GTEST_SKIP() << "only root submits for others";
  JobRequest request = job("id -u; pwd");
  request.uid = request.gid = 65534;
  scheduler().submit(request);
  EXPECT_EQ(wait_until_ended(request).uid, 65534u);
  EXPECT_EQ(output_of(request), "65534\n" + directory() + "\n");
}

TEST_F(Slurm, AJobSeesItsOwnEnvironmentAndNothingOfTheSubmitters) {
  ::setenv("DAEMON_SECRET", "hush", 1);
  JobRequest request = job("env");
  scheduler().submit(request);
  wait_until_ended(request);
  EXPECT_THAT(output_of(request), HasSubstr("WANTED=yes\n"));
  EXPECT_THAT(output_of(request), Not(HasSubstr("hush")));
}

TEST_F(Slurm, AJobWhoseDependencyFailedEndsByItself) {
  JobRequest parent = job("exit 1");
  parent.held = true;
  JobKey key = scheduler().submit(parent);
  JobRequest needs_success = job("true");
  needs_success.dependency = JobDependency{JobDependency::Kind::after_ok, key.job_id};
  JobRequest needs_end = job("true");
  needs_end.dependency = JobDependency{JobDependency::Kind::after_any, key.job_id};
  JobKey never_started = scheduler().submit(needs_success);
  scheduler().submit(needs_end);
  EXPECT_EQ(status_of(needs_success).reason, "Dependency");

  scheduler().release(key, parent.token);

  EXPECT_EQ(wait_until_ended(needs_end).outcome, JobOutcome::completed);
  JobStatus ended = wait_until_ended(needs_success);
  EXPECT_EQ(ended.outcome, JobOutcome::dependency_failed);
  EXPECT_EQ(ended.started_at, std::nullopt);
  std::optional<JobStatus> recorded;
  ASSERT_TRUE(comes_true([&] {
    recorded = scheduler().history(never_started);
    return recorded && recorded->phase == JobPhase::ended;
  }));
  EXPECT_EQ(recorded->outcome, JobOutcome::dependency_failed);
}

TEST_F(Slurm, PollIsSilentUntilSomethingChanges) {
  JobRequest request = job("true");
  scheduler().submit(request);
  wait_until_ended(request);
  EXPECT_TRUE(comes_true([&] { return !scheduler().poll(request.token); }));
  JobRequest other = job("true");
  scheduler().submit(other);
  std::optional<std::vector<JobStatus>> jobs = scheduler().poll(request.token);
  ASSERT_TRUE(jobs);
  ASSERT_EQ(jobs->size(), 1u);
  EXPECT_EQ(jobs->front().token, request.token);
}

}  // namespace
}  // namespace trainyard
