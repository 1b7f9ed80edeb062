// What a run waits for is shown at once, and is recorded in the history of the run if the wait was long.
#include <gmock/gmock.h>

#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using ::testing::ElementsAre;
using testing::one_gpu;
using testing::Site;
using ::testing::StartsWith;

DriverSettings noting_every_wait() {
  DriverSettings settings;
  settings.plans["free"] = {"free", 1, Plan::Per::user, {}, true};
  settings.noted_waits = std::chrono::seconds(0);
  return settings;
}

// Returns what the run waited for by its history, in order.
std::vector<std::string> waits_of(Site& site, std::int64_t id) {
  std::vector<std::string> waits;
  for (const auto& [at, event] : site.ledger().events_of(id))
    if (const auto* waiting = std::get_if<event::Waiting>(&event)) waits.push_back(waiting->what.what);
  return waits;
}

bool comes_to_wait_for(Site& site, std::int64_t id, const std::string& what) {
  return site.run_until([&] {
    std::vector<std::string> waits = waits_of(site, id);
    return !waits.empty() && waits.back() == what;
  });
}

TEST(AWait, ForThePlanAndThenForSlurmIsInTheHistoryOnce) {
  Site site(noting_every_wait());
  std::vector<std::int64_t> ids = site.submit({one_gpu("a"), one_gpu("b")});
  ASSERT_TRUE(comes_to_wait_for(site, ids[1], "plan"));
  int polls = site.scheduler().polls();
  ASSERT_TRUE(site.run_until([&] { return site.scheduler().polls() > polls + 5; }));
  site.train(ids[0]);
  site.store(ids[0]);
  ASSERT_TRUE(site.run_until_state(ids[1], RunState::released));
  site.scheduler().let_wait(Site::job(ids[1], "train"), "Priority");
  ASSERT_TRUE(comes_to_wait_for(site, ids[1], "Priority"));
  site.scheduler().let_wait(Site::job(ids[1], "train"), "Licenses", from_unix(4'000'000'000));
  ASSERT_TRUE(comes_to_wait_for(site, ids[1], "Licenses"));
  std::vector<std::string> waits = waits_of(site, ids[1]);
  for (const char* on_the_way : {"admission", "submission"}) std::erase(waits, on_the_way);
  EXPECT_THAT(waits, ElementsAre("plan", "Priority", "Licenses"));
  EXPECT_EQ(site.driver().waits().expected_start(site.run(ids[1])), from_unix(4'000'000'000));
}

TEST(AWait, InTheQueueOfSlurmIsOneForAllReasonsThatSlurmNamesByTurns) {
  Site site(noting_every_wait());
  std::int64_t id = site.submit({one_gpu("a")}).front();
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  for (const char* reason : {"Priority", "Resources", "None", "Priority", "Licenses"}) {
    site.scheduler().let_wait(Site::job(id, "train"), reason);
    ASSERT_TRUE(
        site.run_until([&] { return site.driver().waits().waiting_for(site.run(id)).what == reason; }));
  }
  ASSERT_TRUE(comes_to_wait_for(site, id, "Licenses"));
  std::vector<std::string> waits = waits_of(site, id);
  for (const char* on_the_way : {"admission", "submission"}) std::erase(waits, on_the_way);
  EXPECT_EQ(waits.size(), 2);
  EXPECT_EQ(waits.back(), "Licenses");
}

TEST(AWait, ThatIsShortIsToldAndIsNoHistory) {
  DriverSettings settings = noting_every_wait();
  settings.noted_waits = std::chrono::seconds(3600);
  Site site(settings);
  std::vector<std::int64_t> ids = site.submit({one_gpu("a"), one_gpu("b")});
  ASSERT_TRUE(site.run_until_state(ids[0], RunState::released));
  int polls = site.scheduler().polls();
  ASSERT_TRUE(site.run_until([&] { return site.scheduler().polls() > polls + 5; }));
  EXPECT_EQ(site.driver().waits().waiting_for(site.run(ids[1])).what, "plan");
  EXPECT_THAT(waits_of(site, ids[1]), ElementsAre());
}

TEST(AWait, ForASchedulerThatIsFullIsToldUntilItTakesTheJob) {
  Site site;
  site.scheduler().make_room_for(0);
  std::int64_t id = site.submit({one_gpu()}).at(0);
  auto words = [&] { return site.driver().waits().waiting_for(site.run(id)).words; };
  ASSERT_TRUE(site.run_until([&] { return words() == "on its way into Slurm: the fake scheduler is full"; }));
  int polls = site.scheduler().polls();
  ASSERT_TRUE(site.run_until([&] { return site.scheduler().polls() > polls + 5; }));
  EXPECT_EQ(words(), "on its way into Slurm: the fake scheduler is full");
  site.scheduler().make_room_for(2);
  EXPECT_TRUE(site.run_until_state(id, RunState::released));
}

TEST(ASuspension, IsSeenWithItsBeginAndItsEnd) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  UtcSeconds start = now() - std::chrono::seconds(100);
  site.scheduler().start(Site::job(id, "train"), start);
  ASSERT_TRUE(site.run_until_state(id, RunState::running));
  for (int i = 0; i < 2; ++i) {
    UtcSeconds since = start + std::chrono::seconds(20 * i + 10), until = since + std::chrono::seconds(5);
    site.scheduler().suspend(Site::job(id, "train"), since);
    ASSERT_TRUE(site.run_until([&] { return site.run(id).attempt()->suspended_since.has_value(); }));
    EXPECT_THAT(site.driver().waits().waiting_for(site.run(id)).words,
                StartsWith("its job is suspended since "));
    site.scheduler().resume(Site::job(id, "train"), until);
    ASSERT_TRUE(site.run_until([&] { return !site.run(id).attempt()->suspended_since; }));
    EXPECT_EQ(site.run(id).attempt()->suspensions.back().since, since);
    EXPECT_EQ(site.run(id).attempt()->suspensions.back().until, until);
  }
  site.leave_exit_evidence(id, 0);
  site.scheduler().end(Site::job(id, "train"), JobOutcome::completed, now());
  ASSERT_TRUE(site.run_until_state(id, RunState::storing));
  std::vector<ChargedSegment> charged = site.ledger().segments(UtcSeconds{}, now() + std::chrono::hours(1));
  ASSERT_EQ(charged.size(), 1u);
  EXPECT_EQ(charged[0].segment.suspended.size(), 2u);
  EXPECT_EQ(length_of(charged[0].segment.suspended), std::chrono::seconds(10));
}

}  // namespace
}  // namespace trainyard
