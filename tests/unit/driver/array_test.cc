// Runs that are admitted together are submitted as one job array, and each run ends by itself.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "daemon/handover/layout.h"
#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using ::testing::ElementsAre;
using testing::one_gpu;
using testing::Site;

std::vector<Manifest> sweep(int runs) {
  return std::vector<Manifest>(static_cast<std::size_t>(runs), one_gpu());
}

bool reach(Site& site, const std::vector<std::int64_t>& ids, RunState state) {
  return std::ranges::all_of(ids, [&](std::int64_t id) { return site.run_until_state(id, state); });
}

// Returns the submissions of jobs with this role ("-train"); an array is one submission.
std::vector<JobRequest> arrays_in(const Site& site, const std::string& role) {
  std::vector<JobRequest> arrays = const_cast<Site&>(site).scheduler().submitted();
  std::erase_if(arrays, [&](const JobRequest& job) { return !job.token.ends_with(role); });
  return arrays;
}

TEST(ASweep, GoesAsOneArrayOfTrainJobsAndOneOfStoreJobsBehindIt) {
  Site site;
  std::vector<std::int64_t> ids = site.submit(sweep(3));
  ASSERT_TRUE(reach(site, ids, RunState::released));
  ASSERT_EQ(site.scheduler().submitted().size(), 2u);
  JobRequest train = site.scheduler().submitted()[0], store = site.scheduler().submitted()[1];
  EXPECT_THAT(train.tasks, ElementsAre(0, 1, 2));
  EXPECT_TRUE(train.held);
  EXPECT_THAT(store.tasks, ElementsAre(0, 1, 2));
  EXPECT_EQ(store.dependency->kind, JobDependency::Kind::after_each);
  for (const JobStatus& job : site.scheduler().jobs()) EXPECT_FALSE(job.held);
}

TEST(ASweep, EndsRunByRun) {
  Site site;
  std::vector<std::int64_t> ids = site.submit(sweep(3));
  ASSERT_TRUE(reach(site, ids, RunState::released));
  site.train(ids[1]);
  site.store(ids[1]);
  ASSERT_TRUE(site.run_until_state(ids[1], RunState::completed));
  EXPECT_EQ(site.run(ids[0]).state, RunState::released);
  site.train(ids[0]);
  site.store(ids[0]);
  site.train(ids[2]);
  site.store(ids[2]);
  EXPECT_TRUE(reach(site, ids, RunState::completed));
  EXPECT_EQ(site.scheduler().submitted().size(), 2u);
}

TEST(ASweep, StoresWhatAFailedRunLeftByAJobOfItsOwn) {
  Site site;
  std::vector<std::int64_t> ids = site.submit(sweep(2));
  ASSERT_TRUE(reach(site, ids, RunState::released));
  site.scheduler().end(site.job_of(ids[0], JobRole::store), JobOutcome::dependency_failed, now());
  site.train(ids[0], 3);
  ASSERT_TRUE(site.run_until([&] { return site.scheduler().submitted().size() == 3; }));
  EXPECT_THAT(site.scheduler().submitted()[2].tasks, ElementsAre());
  ASSERT_TRUE(site.run_until([&] { return site.run(ids[0]).attempt()->store_tries == 2; }));
  site.store(ids[0]);
  EXPECT_TRUE(site.run_until_state(ids[0], RunState::failed));
  EXPECT_EQ(site.run(ids[0]).exit_code, 3);
}

TEST(ASweep, GoesOnWithoutARunThatIsCancelled) {
  Site site;
  std::vector<std::int64_t> ids = site.submit(sweep(3));
  ASSERT_TRUE(reach(site, ids, RunState::released));
  site.driver().cancel(ids[1], "ada");
  ASSERT_TRUE(site.run_until_state(ids[1], RunState::cancelled));
  EXPECT_EQ(site.scheduler().live("-train"), 2);
  EXPECT_EQ(site.scheduler().live("-store"), 2);
}

// There is room for half of the array at first; the other half is released later.
TEST(ASweep, ThatTheSchedulerHasNoRoomForIsReleasedInParts) {
  Site site;
  site.scheduler().make_room_for(6);
  std::vector<std::int64_t> ids = site.submit(std::vector<Manifest>(4, one_gpu()));
  ASSERT_TRUE(site.run_until_state(ids.at(1), RunState::released));
  EXPECT_EQ(site.run(ids.at(0)).state, RunState::released);
  site.scheduler().make_room_for(100);
  for (std::int64_t id : ids) ASSERT_TRUE(site.run_until_state(id, RunState::released));
}

TEST(ASweep, WhoseAcknowledgementIsLostIsNotSubmittedAgain) {
  Site site;
  site.scheduler().lose_acknowledgements(true);
  std::vector<std::int64_t> ids = site.submit(sweep(3));
  ASSERT_TRUE(site.run_until([&] { return arrays_in(site, "-train").size() == 1; }));
  site.scheduler().lose_acknowledgements(false);
  ASSERT_TRUE(reach(site, ids, RunState::released));
  EXPECT_EQ(arrays_in(site, "-train").size(), 1u);
  EXPECT_EQ(site.scheduler().live("-train"), 3);
}

// A slurmctld that was stopped for longer than any call can take hears of the array late. By then the daemon,
// certain that the array is not there, has submitted a part of it again.
TEST(ASweep, ThatSlurmHearsOfLateLosesNoJobToItsCopies) {
  Site site;
  site.scheduler().hear_late(true);
  std::vector<std::int64_t> ids = site.submit(sweep(4));
  auto is_doubted = [&] {
    return site.driver().waits().waiting_for(site.run(ids[3])).words.ends_with("no answer");
  };
  ASSERT_TRUE(site.run_until(is_doubted));
  site.scheduler().hear_late(false);
  ASSERT_TRUE(reach(site, ids, RunState::released));
  EXPECT_GT(arrays_in(site, "-train").size(), 1u);
  for (std::int64_t id : ids) {
    JobKey key = site.run(id).attempt()->train->key;
    std::vector<JobStatus> jobs = site.scheduler().jobs();
    auto job = std::ranges::find(jobs, key, &JobStatus::key);
    ASSERT_NE(job, jobs.end());
    EXPECT_EQ(job->phase, JobPhase::pending);
    EXPECT_FALSE(job->held);
  }
  // The copies of these jobs are held or were cancelled.
  std::vector<JobStatus> jobs = site.scheduler().jobs();
  EXPECT_EQ(std::ranges::count_if(jobs,
                                  [](const JobStatus& job) {
                                    return job.token.ends_with("-train") && job.phase == JobPhase::pending &&
                                           !job.held;
                                  }),
            4);
}

TEST(ASweep, OfWhichSlurmHasNoRoomForAllGoesInParts) {
  Site site;
  site.scheduler().make_room_for(2);
  std::vector<std::int64_t> ids = site.submit(sweep(4));
  ASSERT_TRUE(site.run_until([&] { return site.scheduler().live("-train") > 0; }));
  site.scheduler().make_room_for(100);
  ASSERT_TRUE(reach(site, ids, RunState::released));
  EXPECT_EQ(site.scheduler().live("-train"), 4);
}

TEST(ASweep, HasADirectoryWithALinkForEachTaskThatGoesWithTheLastOfItsRuns) {
  Site site;
  std::vector<std::int64_t> ids = site.submit(sweep(2));
  ASSERT_TRUE(reach(site, ids, RunState::released));
  std::string array = layout::array_directory(site.scratch(), ids[0], 1);
  EXPECT_EQ(std::filesystem::read_symlink(array + "/1"),
            layout::attempt_directory(site.scratch(), ids[1], 1));
  site.remove_directory(ids[0]);
  EXPECT_TRUE(std::filesystem::exists(array + "/1"));
  site.remove_directory(ids[1]);
  EXPECT_FALSE(std::filesystem::exists(array));
}

class ADriverThatDiesWithASweep : public ::testing::TestWithParam<std::tuple<int, Site::Death>> {};

TEST_P(ADriverThatDiesWithASweep, IsFollowedByOneThatEndsEachRunOnce) {
  auto [event, death] = GetParam();
  Site site;
  site.die_at_event(event, death);
  site.submit(sweep(3));
  if (!site.alive()) site.restart();
  std::vector<std::int64_t> ids = site.ledger().list({});
  ASSERT_EQ(ids.size(), 3u);
  auto all = [&](RunState state) {
    while (!std::ranges::all_of(
        ids, [&](std::int64_t id) { return site.run_until([&] { return site.run(id).state >= state; }); })) {
      if (site.alive()) return false;
      site.restart();
    }
    return true;
  };
  ASSERT_TRUE(all(RunState::released));
  for (std::int64_t id : ids) site.train(id);
  ASSERT_TRUE(all(RunState::storing));
  for (std::int64_t id : ids) site.store(id);
  ASSERT_TRUE(all(RunState::completed));
  EXPECT_EQ(arrays_in(site, "-train").size(), 1u);
  int charged = 0;
  for (const ChargedSegment& segment : site.ledger().segments(UtcSeconds{}, now() + std::chrono::hours(1)))
    charged += segment.role == JobRole::train;
  EXPECT_EQ(charged, 3);
}

// The events of three runs: accepted, then for each run admitted, submitted, released, ended, used, settled,
// ended, used, stored.
INSTANTIATE_TEST_SUITE_P(AtEveryEvent, ADriverThatDiesWithASweep,
                         ::testing::Combine(::testing::Range(1, 29),
                                            ::testing::Values(Site::Death::at_once,
                                                              Site::Death::after_its_work)));

}  // namespace
}  // namespace trainyard
