// How often requests are repeated, and how many run at a time.
#include <gtest/gtest.h>

#include "plugins/s3/backoff.h"
#include "plugins/s3/concurrency.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;

TEST(ThePause, DoublesUpToItsLimitUntilThereWereTooManyFailuresInARow) {
  Backoff backoff({100ms, 400ms, 5});
  for (auto longest : {100ms, 200ms, 400ms, 400ms}) EXPECT_EQ(backoff.after_failure(1), longest);
  EXPECT_EQ(backoff.after_failure(1), std::nullopt);
}

TEST(ThePause, IsARandomShareOfTheLongestOne) {
  EXPECT_EQ(Backoff({100ms, 400ms, 5}).after_failure(0), 0ms);
  EXPECT_EQ(Backoff({100ms, 400ms, 5}).after_failure(0.25), 25ms);
}

TEST(ThePause, IsShortAgainAfterProgress) {
  Backoff backoff({100ms, 400ms, 3});
  backoff.after_failure(1);
  backoff.after_failure(1);
  backoff.progress();
  EXPECT_EQ(backoff.after_failure(1), 100ms);
}

class Throughput {
 public:
  explicit Throughput(int most) : concurrency(most, 8, time_) {}

  // Half a second passes, in which so much work is done.
  int after(double work, bool busy = true) {
    concurrency.count(work);
    concurrency.look(time_ += 500ms, busy);
    return concurrency.allowed();
  }
  Concurrency::Time time() const { return time_; }

 private:
  Concurrency::Time time_{};

 public:
  Concurrency concurrency;
};

TEST(TheNumberOfRequests, GrowsAsLongAsTheThroughputGrowsWithIt) {
  Throughput store(64);
  EXPECT_EQ(store.after(100), 10);
  EXPECT_EQ(store.after(120), 12);
  EXPECT_EQ(store.after(121), 12);
}

TEST(TheNumberOfRequests, FallsAgainIfMoreOfThemAreSlower) {
  Throughput store(64);
  store.after(100);
  EXPECT_EQ(store.after(80), 8);
}

TEST(TheNumberOfRequests, DoesNotGrowWhileThereAreTooFewToSend) {
  Throughput store(64);
  EXPECT_EQ(store.after(100, false), 8);
}

TEST(TheNumberOfRequests, StaysBelowItsLimit) {
  Throughput store(9);
  EXPECT_EQ(store.after(100), 9);
  EXPECT_EQ(Concurrency(3, 8, {}).allowed(), 3);
}

TEST(TheNumberOfRequests, IsHalvedOnceWhenTheStoreRefusesManyAtATime) {
  Throughput store(64);
  store.concurrency.slow_down(store.time());
  store.concurrency.slow_down(store.time() + 100ms);
  EXPECT_EQ(store.concurrency.allowed(), 4);
  EXPECT_EQ(store.after(100), 4);
  for (int i = 0; i < 20; ++i) store.concurrency.slow_down(store.time() + 10s * i);
  EXPECT_EQ(store.concurrency.allowed(), 1);
}

}  // namespace
}  // namespace trainyard
