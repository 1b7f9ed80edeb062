// Tests of the module while slurmctld or slurmdbd is stopped, and after its restart.
#include <gmock/gmock.h>

#include <chrono>

#include "tests/integration/slurm/cluster.h"

namespace trainyard {
namespace {

using testing::StartsWith;

TEST_F(Slurm, AHeldJobIsFoundAfterSlurmctldHasBeenStoppedAndStarted) {
  JobRequest request = job("true");
  request.held = true;
  JobKey key = scheduler().submit(request);
  fault("slurmctld", "stop");
  fault("slurmctld", "start");
  JobStatus found = status_of(request);
  EXPECT_EQ(found.key, key);
  EXPECT_TRUE(found.held);
  scheduler().release(key, request.token);
  EXPECT_EQ(wait_until_ended(request).outcome, JobOutcome::completed);
}

TEST_F(Slurm, WithoutSlurmctldACallIsUnavailableWithinTheMessageTimeout) {
  fault("slurmctld", "stop");
  auto begun = std::chrono::steady_clock::now();
  std::string error = error_of([&] { scheduler().submit(job("true")); });
  auto waited = std::chrono::steady_clock::now() - begun;
  fault("slurmctld", "start");
  EXPECT_THAT(error, StartsWith("unavailable: submit ty-"));
  EXPECT_LE(waited, scheduler().message_timeout());
}

TEST_F(Slurm, WithoutSlurmdbdATokenCannotBeLookedUp) {
  JobRequest request = job("true");
  request.held = true;
  JobKey key = scheduler().submit(request);
  fault("slurmdbd", "stop");
  EXPECT_THAT(error_of([&] { scheduler().find(request.token, request.uid); }),
              StartsWith("unavailable: slurmdbd"));
  // slurmctld alone is enough to cancel the job.
  scheduler().cancel(key, request.token);
  fault("slurmdbd", "start");
  EXPECT_EQ(status_of(request).outcome, JobOutcome::cancelled);
}

TEST_F(Slurm, TheConnectionToSlurmdbdIsOpenedAgainWhenSlurmdbdWasRestarted) {
  JobRequest first = job("true"), second = job("exit 3");
  std::vector<JobKey> keys{scheduler().submit(first), scheduler().submit(second)};
  wait_until_ended(first);
  wait_until_ended(second);
  auto both_are_recorded = [&] {
    std::map<JobKey, JobStatus> known = scheduler().reader().history_of(keys);
    return known.size() == 2 && known.at(keys[0]).outcome == JobOutcome::completed &&
           known.at(keys[1]).outcome == JobOutcome::failed;
  };
  ASSERT_TRUE(comes_true(both_are_recorded));
  fault("slurmdbd", "stop");
  EXPECT_THAT(error_of([&] { scheduler().reader().history_of(keys); }), StartsWith("unavailable: slurmdbd"));
  fault("slurmdbd", "start");
  EXPECT_TRUE(both_are_recorded());
  fault("slurmdbd", "stop");
  fault("slurmdbd", "start");  // without a call in between that could notice the lost connection
  EXPECT_TRUE(both_are_recorded());
}

}  // namespace
}  // namespace trainyard
