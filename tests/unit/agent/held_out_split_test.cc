#include "daemon/agent/held_out_split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace trainyard {
namespace {

std::vector<int> held_out(std::int64_t rows, std::int64_t count, std::uint64_t seed) {
  HeldOut chosen(rows, count, seed);
  std::vector<int> places;
  for (int row = 0; row < rows; ++row)
    if (chosen.next()) places.push_back(row);
  return places;
}

TEST(HeldOut, IsExactlyTheRoundedPart) {
  EXPECT_EQ(held_out_rows(1797, 0.2), 359);
  EXPECT_EQ(held_out_rows(10, 0.25), 3);
  EXPECT_EQ(held_out_rows(10, 0), 0);
  EXPECT_EQ(held_out_rows(1, 0.9), 0);  // at least one row is left for training
  for (std::uint64_t seed = 0; seed < 20; ++seed) EXPECT_EQ(held_out(1797, 359, seed).size(), 359u);
}

TEST(HeldOut, IsTheSameForTheSameSeedAndAnotherForAnother) {
  EXPECT_EQ(held_out(1000, 200, 1), held_out(1000, 200, 1));
  EXPECT_NE(held_out(1000, 200, 1), held_out(1000, 200, 2));
}

TEST(HeldOut, StaysWhatItWasInEarlierReleases) {
  EXPECT_EQ(held_out(20, 5, 1), (std::vector{1, 2, 14, 16, 17}));
}

TEST(HeldOutRows, AreThoseOfHeldOutAndAreCounted) {
  for (std::int64_t rows : {1, 63, 64, 65, 1000}) {
    const std::vector<int> places = held_out(rows, rows / 5, 7);
    const HeldOutRows all(rows, rows / 5, 7);
    std::int64_t before = 0;
    for (int row = 0; row < rows; ++row) {
      EXPECT_EQ(all.held_out_before(row), before);
      const bool is_held_out = std::find(places.begin(), places.end(), row) != places.end();
      EXPECT_EQ(all.is_held_out(row), is_held_out);
      before += is_held_out ? 1 : 0;
    }
    EXPECT_EQ(all.held_out_before(rows), rows / 5);
  }
}

TEST(HeldOut, TakesEveryRowEquallyOften) {
  std::vector<int> taken(10);
  for (std::uint64_t seed = 0; seed < 10'000; ++seed)
    for (int row : held_out(10, 3, seed)) ++taken[static_cast<std::size_t>(row)];
  for (int times : taken) EXPECT_NEAR(times, 3000, 200);
}

}  // namespace
}  // namespace trainyard
