#include "daemon/driver/walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace trainyard {
namespace {

using ::testing::ElementsAre;

using Ages = std::map<std::string, int>;

TEST(AWalk, GoesThroughAllAFewAtATime) {
  Ages ages{{"ada", 1}, {"bob", 2}, {"eve", 3}};
  Walk<std::string, int> walk(ages);
  std::vector<int> met;
  auto meet = [&](int age) { met.push_back(age); };
  EXPECT_TRUE(walk.next(2, meet));
  EXPECT_FALSE(walk.next(2, meet));
  EXPECT_THAT(met, ElementsAre(1, 2, 3));
  EXPECT_FALSE(walk.next(2, meet));
  EXPECT_EQ(met.size(), 3u);
}

TEST(AWalk, MeetsWhoComesAndMissesWhoGoesInBetween) {
  Ages ages{{"ada", 1}, {"bob", 2}, {"eve", 4}};
  Walk<std::string, int> walk(ages);
  std::vector<int> met;
  auto meet = [&](int age) { met.push_back(age); };
  walk.next(2, meet);
  ages.erase("bob");
  ages.erase("eve");
  ages["aby"] = 0;
  ages["dan"] = 3;
  EXPECT_FALSE(walk.next(2, meet));
  EXPECT_THAT(met, ElementsAre(1, 2, 3));
}

TEST(AWalk, OfNothingIsOverAtOnce) {
  Ages none;
  EXPECT_FALSE((Walk<std::string, int>(none).next(1, [](int) { FAIL(); })));
}

}  // namespace
}  // namespace trainyard
