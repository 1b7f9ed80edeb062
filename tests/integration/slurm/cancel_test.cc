// Tests of cancel() and release(): what becomes of the job, and that they never affect another job of the
// same id.
#include <gmock/gmock.h>

#include "tests/integration/slurm/cluster.h"

namespace trainyard {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST_F(Slurm, AHeldJobIsCancelledAndNeverStarts) {
  JobRequest request = job("true");
  request.held = true;
  JobKey key = scheduler().submit(request);
  scheduler().cancel(key, request.token);
  JobStatus ended = wait_until_ended(request);
  EXPECT_EQ(ended.outcome, JobOutcome::cancelled);
  EXPECT_EQ(ended.started_at, std::nullopt);
  EXPECT_EQ(ended.gpus, 0);
}

TEST_F(Slurm, APendingJobIsCancelledAndItsDependencyIsNotBlamed) {
  JobRequest parent = job("true");
  parent.held = true;
  JobKey parent_key = scheduler().submit(parent);
  JobRequest child = job("true");
  child.dependency = JobDependency{JobDependency::Kind::after_ok, parent_key.job_id};
  JobKey key = scheduler().submit(child);
  scheduler().cancel(key, child.token);
  EXPECT_EQ(wait_until_ended(child).outcome, JobOutcome::cancelled);
  scheduler().cancel(parent_key, parent.token);
}

TEST_F(Slurm, ARunningJobHearsOfItsCancellationAndHasTheLastWord) {
  JobRequest request = job("trap 'echo heard; exit 75' TERM; echo ready; while :; do sleep 0.1; done");
  request.gpus_per_node = 1;
  JobKey key = scheduler().submit(request);
  ASSERT_TRUE(comes_true([&] { return output_of(request) == "ready\n"; }));
  scheduler().cancel(key, request.token);
  // The job counts as ended only when its processes have ended.
  JobStatus ended = wait_until_ended(request);
  EXPECT_THAT(output_of(request), HasSubstr("heard\n"));
  EXPECT_EQ(ended.outcome, JobOutcome::cancelled);
  EXPECT_EQ(ended.exit_code, 75);
  EXPECT_EQ(ended.gpus, 1);
}

TEST_F(Slurm, AnEndedJobIsCancelledAndReleasedWithoutComplaint) {
  JobRequest request = job("true");
  JobKey key = scheduler().submit(request);
  wait_until_ended(request);
  scheduler().cancel(key, request.token);
  scheduler().release(key, request.token);
  EXPECT_EQ(status_of(request).outcome, JobOutcome::completed);
}

TEST_F(Slurm, AJobOfAnotherNameByNowIsKnownByItsIdAndSubmitTime) {
  JobRequest request = job("true");
  request.held = true;
  JobKey key = scheduler().submit(request);
  output_of_command("scontrol update JobId=" + to_string(key) + " JobName=mine");
  std::optional<std::vector<JobStatus>> polled = scheduler().reader().poll(request.token, {key});
  ASSERT_TRUE(polled);
  ASSERT_EQ(polled->size(), 1u);
  EXPECT_EQ(polled->front().key, key);
  scheduler().cancel(key, request.token);
  EXPECT_TRUE(comes_true([&] {
    return scheduler().reader().look_up(key.job_id, request.uid).front().phase == JobPhase::ended;
  }));
}

TEST_F(Slurm, AnIdThatMeansAnotherJobByNowIsLeftAlone) {
  JobRequest request = job("true");
  request.held = true;
  JobKey key = scheduler().submit(request);
  JobKey older = key;
  older.submitted_at -= std::chrono::seconds(1);
  EXPECT_THAT(error_of([&] { scheduler().cancel(older, request.token); }), StartsWith("not_found: job "));
  EXPECT_THAT(error_of([&] { scheduler().release(older, request.token); }), StartsWith("not_found: job "));
  JobKey unheard_of{key.cluster, 4000000, key.submitted_at};
  EXPECT_THAT(error_of([&] { scheduler().cancel(unheard_of, request.token); }),
              StartsWith("not_found: job "));
  EXPECT_TRUE(status_of(request).held);
  scheduler().cancel(key, request.token);
}

}  // namespace
}  // namespace trainyard
