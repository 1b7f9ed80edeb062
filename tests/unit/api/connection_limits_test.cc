#include "daemon/api/connection_limits.h"

#include <gtest/gtest.h>

namespace trainyard {
namespace {

using namespace std::chrono_literals;

const Places::Party ada{"ada", false}, ben{"ben", false}, cleo{"cleo", false}, root{"root", true};

// Four places, two for each party, one more for privileged parties.
class ThePlaces : public ::testing::Test {
 protected:
  // Takes a place if there is one. Returns the connection that was closed for it, -1 for none; nullopt if
  // there is no place.
  std::optional<int> come(const Places::Party& party) {
    Places::Offer offer = places_.offer(party, now_);
    if (!offer.granted) return std::nullopt;
    if (offer.closes) places_.leave(*offer.closes);
    places_.take(next_++, party, now_);
    return offer.closes.value_or(-1);
  }

  void later(std::chrono::milliseconds time) { now_ += time; }

  Places places_{PlaceLimits{4, 2, 1, 1s}};
  Places::Clock::time_point now_{1h};
  int next_ = 1;
};

TEST_F(ThePlaces, AreSharedSoThatNobodyHasMoreThanHisShare) {
  EXPECT_EQ(come(ada), -1);
  EXPECT_EQ(come(ada), -1);
  EXPECT_EQ(come(ada), std::nullopt);
  EXPECT_EQ(come(ben), -1);
}

TEST_F(ThePlaces, OfOnesOwnIdleConnectionsAreGivenToOnesNewOnes) {
  come(ada);
  later(1s);
  come(ada);
  later(1s);
  EXPECT_EQ(come(ada), 1);
  EXPECT_EQ(come(ada), 2);
  EXPECT_EQ(places_.taken_by("ada"), 2u);
}

TEST_F(ThePlaces, AreTakenFromWhomeverWaitsLongestWhenAllAreTaken) {
  come(ben);
  later(1ms);
  come(ada), come(ada), come(ben);
  later(1s);
  EXPECT_EQ(come(cleo), 1);
  EXPECT_EQ(places_.taken(), 4u);
}

TEST_F(ThePlaces, OfConnectionsThatWaitForTheDaemonAreKept) {
  come(ada), come(ada);
  later(5s);
  places_.waits_for_us(1), places_.waits_for_us(2);
  EXPECT_EQ(come(ada), std::nullopt);
  places_.waits_for_client(2, now_);
  EXPECT_EQ(come(ada), std::nullopt);
  later(1s);
  EXPECT_EQ(come(ada), 2);
}

TEST_F(ThePlaces, AreKeptForThePrivileged) {
  come(ada), come(ada), come(ben), come(ben);
  for (int id = 1; id <= 4; ++id) places_.waits_for_us(id);
  later(5s);
  EXPECT_EQ(come(cleo), std::nullopt);
  EXPECT_EQ(come(root), -1);
}

TEST_F(ThePlaces, OfThePrivilegedAreTakenByNobody) {
  come(root), come(root), come(root), come(root);
  later(5s);
  EXPECT_EQ(come(ada), std::nullopt);
}

TEST_F(ThePlaces, AreFreeWhenAConnectionHasLeft) {
  come(ada), come(ada);
  places_.leave(1);
  places_.leave(1);
  EXPECT_EQ(places_.taken_by("ada"), 1u);
  EXPECT_EQ(come(ada), -1);
}

}  // namespace
}  // namespace trainyard
