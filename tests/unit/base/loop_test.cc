#include "daemon/base/loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace trainyard {
namespace {

using namespace std::chrono_literals;

TEST(ALoop, KnowsItsLongestStallAndWhenItWas) {
  Loop loop;
  UtcSeconds before = now();
  Loop::Watch timer = loop.after(0ms, [&] {
    std::this_thread::sleep_for(20ms);
    loop.stop();
  });
  loop.run();
  Loop::Stall longest = loop.longest_stall();
  EXPECT_GE(longest.length, 20ms);
  EXPECT_GE(longest.at, before);
  loop.post([&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(loop.longest_stall().length, longest.length) << "a shorter one took its place";
}

TEST(ALoop, GivesOthersTheirTurnBetweenWhatWasPosted) {
  Loop loop;
  int posted_done = 0, done_before_the_timer = 0;
  Loop::Watch timer;
  loop.post([&] { timer = loop.after(0ms, [&] { done_before_the_timer = posted_done; }); });
  for (int i = 0; i < 100; ++i)
    loop.post([&] {
      std::this_thread::sleep_for(1ms);
      ++posted_done;
    });
  loop.post([&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(posted_done, 100);
  EXPECT_GT(done_before_the_timer, 0);
  EXPECT_LT(done_before_the_timer, 100);
}

TEST(ALoop, DoesWhatWasPostedInTheOrderOfThePosts) {
  Loop loop;
  std::vector<int> order;
  for (int i = 0; i < 20; ++i)
    loop.post([&, i] {
      std::this_thread::sleep_for(1ms);
      if (i == 0) loop.post([&] { order.push_back(20); });
      order.push_back(i);
    });
  loop.post([&] { loop.post([&] { loop.stop(); }); });
  loop.run();
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(order.size(), 21u);
}

TEST(ALoop, ThatOnlyWaitsHasNoStall) {
  Loop loop;
  Loop::Watch timer = loop.after(200ms, [&] { loop.stop(); });
  loop.run();
  EXPECT_LT(loop.longest_stall().length, 100ms);
}

TEST(ALoop, LetsACallbackStopItsOwnWatch) {
  Loop loop;
  Loop::Watch timer;
  timer = loop.after(0ms, [&] {
    timer.stop();
    loop.stop();
  });
  loop.run();
  EXPECT_FALSE(timer);
}

}  // namespace
}  // namespace trainyard
