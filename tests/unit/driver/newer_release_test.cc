// This release runs again after a newer one has written an event into the ledger that this one does not know.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using testing::one_gpu;
using testing::Site;

class ARunOfANewerRelease : public ::testing::Test {
 protected:
  void write_unknown_event() {
    TrainingRun run = site_.run(id_);
    RunEvent event = event::Unknown{now(), "paused", {{"by", "ada"}}};
    apply_event(run, event);
    site_.ledger().append(run, event);
    site_.restart();
  }
  bool polled() {
    int polls = site_.scheduler().polls();
    return site_.run_until([&] { return site_.scheduler().polls() > polls + 3; });
  }
  Site site_;
  std::int64_t id_ = site_.submit({one_gpu()}).at(0);
};

TEST_F(ARunOfANewerRelease, IsShownAndGoesNoFurther) {
  ASSERT_TRUE(site_.run_until_state(id_, RunState::released));
  write_unknown_event();
  EXPECT_THAT(site_.driver().waits().waiting_for(site_.run(id_)).words,
              ::testing::HasSubstr("newer release"));
  site_.train(id_);
  ASSERT_TRUE(site_.run_until_state(id_, RunState::ended));
  ASSERT_TRUE(polled());
  EXPECT_EQ(site_.run(id_).state, RunState::ended);
}

TEST_F(ARunOfANewerRelease, KeepsItsJobsAndIsChargedForThem) {
  ASSERT_TRUE(site_.run_until_state(id_, RunState::released));
  write_unknown_event();
  ASSERT_TRUE(polled());
  site_.train(id_);
  ASSERT_TRUE(site_.run_until_state(id_, RunState::ended));
  EXPECT_EQ(site_.run(id_).attempt()->train->end->outcome, JobOutcome::completed);
  EXPECT_EQ(site_.run(id_).gpu_seconds, 60);
}

TEST_F(ARunOfANewerRelease, IsNotAdmittedFromTheQueue) {
  site_.driver().set_drained(true);
  id_ = site_.submit({one_gpu()}, "queued").at(0);
  write_unknown_event();
  site_.driver().set_drained(false);
  ASSERT_TRUE(polled());
  EXPECT_TRUE(site_.run(id_).attempts.empty());
}

}  // namespace
}  // namespace trainyard
