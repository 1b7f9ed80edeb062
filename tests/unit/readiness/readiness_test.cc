#include "daemon/readiness.h"

#include <gtest/gtest.h>

#include <optional>

#include "daemon/base/error.h"
#include "tests/fakes/fake_scheduler.h"

namespace trainyard {
namespace {

class Asked : public testing::FakeScheduler {
 public:
  explicit Asked(std::optional<ErrorKind> answer) : answer_(answer) {}

  void check_sees_all_jobs() override {
    if (answer_) throw Error(*answer_, "as the test has it");
  }

 private:
  std::optional<ErrorKind> answer_;
};

// Runs Readiness with a scheduler that answers its check by an Error of kind `answer`, or without an error.
// Returns how often the daemon became ready.
int times_ready(std::optional<ErrorKind> answer) {
  Loop loop;
  Workers lane(loop, 1);
  Asked scheduler(answer);
  int times = 0;
  Readiness readiness(loop, lane, scheduler, [&] {
    ++times;
    loop.stop();
  });
  loop.run();
  lane.stop();
  return times;
}

TEST(Readiness, ComesOnceTheSchedulerHasShownThatAllJobsCanBeRead) {
  EXPECT_EQ(times_ready(std::nullopt), 1);
}

TEST(Readiness, DoesNotWaitForASchedulerThatIsAway) { EXPECT_EQ(times_ready(ErrorKind::unavailable), 1); }

TEST(Readiness, DoesNotComeWhereTheJobsOfOthersAreHidden) {
  try {
    times_ready(ErrorKind::denied);
    FAIL() << "ready";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::denied);
  }
}

}  // namespace
}  // namespace trainyard
