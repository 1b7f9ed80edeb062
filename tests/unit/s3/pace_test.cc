#include "plugins/s3/pace.h"

#include <gtest/gtest.h>

namespace trainyard {
namespace {

using namespace std::chrono_literals;

const Pace::Clock::time_point begin{1h};

TEST(APace, TakesAsLongForItsBytesAsTheLimitWants) {
  Pace pace(1000);
  pace.count(500, begin);
  EXPECT_EQ(pace.ahead(begin), 500ms);
  pace.count(500, begin + 100ms);
  EXPECT_EQ(pace.ahead(begin + 100ms), 900ms);
  EXPECT_FALSE(pace.permits(begin + 900ms));
  EXPECT_TRUE(pace.permits(begin + 990ms));
  EXPECT_EQ(pace.ahead(begin + 2s), 0ms);
}

TEST(APace, SavesNoBytesOfAPauseForLater) {
  Pace pace(1000);
  pace.count(10, begin);
  pace.count(1000, begin + 1h);
  EXPECT_EQ(pace.ahead(begin + 1h), 1s);
}

TEST(APace, WithoutALimitPermitsEverything) {
  Pace pace(0);
  pace.count(std::int64_t{1} << 60, begin);
  EXPECT_TRUE(pace.permits(begin));
}

TEST(APace, IsSharedByTheStoresOfAProcess) {
  EXPECT_EQ(pace_of_process(4711), pace_of_process(4711));
  EXPECT_NE(pace_of_process(4711), pace_of_process(4712));
}

}  // namespace
}  // namespace trainyard
