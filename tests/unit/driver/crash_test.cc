// No matter when the driver dies, there is one train job with one charge, and the run ends as it would have
// without the death.
#include <gtest/gtest.h>

#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using testing::one_gpu;
using testing::Site;

constexpr int events_of_a_life = 11;

// Plays the cluster until the run is over. Starts a new driver whenever one has died.
void live_through(Site& site, std::int64_t id) {
  auto reach = [&](RunState wanted) {
    while (!site.run_until([&] { return site.run(id).state >= wanted; })) {
      if (site.alive()) return false;
      site.restart();
    }
    return true;
  };
  EXPECT_TRUE(reach(RunState::released));
  site.leave_exit_evidence(id, 0);
  site.scheduler().start(Site::job(id, "train"), now() - std::chrono::seconds(60));
  EXPECT_TRUE(reach(RunState::running));
  site.scheduler().end(Site::job(id, "train"), JobOutcome::completed, now());
  EXPECT_TRUE(reach(RunState::storing));
  site.store(id);
  EXPECT_TRUE(reach(RunState::completed));
}

void expect_one_of_everything(Site& site, std::int64_t id) {
  EXPECT_EQ(site.run(id).state, RunState::completed);
  EXPECT_EQ(site.run(id).attempts.size(), 1u);
  EXPECT_EQ(site.jobs_submitted("-train"), 1);
  int train_segments = 0;
  for (const ChargedSegment& charged : site.ledger().segments(UtcSeconds{}, now() + std::chrono::hours(1)))
    train_segments += charged.role == JobRole::train;
  EXPECT_EQ(train_segments, 1);
}

class ADriverThatDies : public ::testing::TestWithParam<std::tuple<int, Site::Death>> {};

TEST_P(ADriverThatDies, IsFollowedByOneThatEndsTheRunTheSame) {
  auto [event, death] = GetParam();
  Site site;
  site.die_at_event(event, death);
  std::vector<std::int64_t> ids = site.submit({one_gpu()});
  if (!site.alive()) site.restart();  // the run was accepted, although the client got no answer
  std::vector<std::int64_t> accepted = site.ledger().list({});
  ASSERT_EQ(accepted.size(), 1u);
  live_through(site, accepted[0]);
  EXPECT_EQ(site.deaths(), 1);
  expect_one_of_everything(site, accepted[0]);
}

INSTANTIATE_TEST_SUITE_P(AtEveryEvent, ADriverThatDies,
                         ::testing::Combine(::testing::Range(1, events_of_a_life + 1),
                                            ::testing::Values(Site::Death::at_once,
                                                              Site::Death::after_its_work)));

TEST(ALostAcknowledgement, MakesNoSecondTrainJob) {
  Site site;
  site.scheduler().lose_acknowledgements(true);
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted("-train") == 1; }));
  site.scheduler().lose_acknowledgements(false);
  live_through(site, id);
  expect_one_of_everything(site, id);
}

TEST(ALostAcknowledgement, OfARunThatIsCancelledLeavesNoJobBehind) {
  Site site;
  site.scheduler().lose_acknowledgements(true);
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted("-train") == 1; }));
  site.driver().cancel(id, "ada");
  ASSERT_TRUE(site.run_until_state(id, RunState::cancelled));
  EXPECT_EQ(site.scheduler().live("-train"), 0);
}

TEST(ASchedulerThatIsAway, DelaysARunAndLosesNothing) {
  Site site;
  site.scheduler().go_away(true);
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until([&] {
    return !site.driver().status().scheduler_trouble.empty() && site.run(id).state == RunState::admitted;
  }));
  site.scheduler().go_away(false);
  live_through(site, id);
  expect_one_of_everything(site, id);
}

}  // namespace
}  // namespace trainyard
