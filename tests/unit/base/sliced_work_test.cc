#include "daemon/base/sliced_work.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace trainyard {
namespace {

using namespace std::chrono_literals;

TEST(SlicedWorkOnTheLoop, LetsOthersHaveTheirTurn) {
  Loop loop;
  SlicedWork work(loop);
  int parts = 0, parts_before_the_other = 0;
  loop.post([&] {
    loop.post([&] { parts_before_the_other = parts; });
    work.begin(
        [&] {
          std::this_thread::sleep_for(1ms);
          return ++parts < 50;
        },
        [&] { loop.stop(); });
  });
  loop.run();
  EXPECT_EQ(parts, 50);
  EXPECT_LT(parts_before_the_other, 50);
  EXPECT_GE(work.spent(), 50ms);
  EXPECT_LT(loop.longest_stall().length, 50ms);
}

TEST(SlicedWorkOnTheLoop, IsOverAtOnceWhenThereIsLittle) {
  Loop loop;
  SlicedWork work(loop);
  bool is_done = false;
  work.begin([] { return false; }, [&] { is_done = !work.is_under_way(); });
  EXPECT_TRUE(is_done);
}

TEST(SlicedWorkOnTheLoop, GivesUpWhatWasUnderWay) {
  Loop loop;
  SlicedWork work(loop);
  int ends = 0;
  auto never_ends = [] {
    std::this_thread::sleep_for(1ms);
    return true;
  };
  work.begin(never_ends, [&] { ++ends; });
  EXPECT_TRUE(work.is_under_way());
  work.begin([] { return false; }, [&] { ends += 10; });
  EXPECT_EQ(ends, 10);
  work.begin(never_ends, [&] { ++ends; });
  work.stop();
  EXPECT_FALSE(work.is_under_way());
  Loop::Watch end = loop.after(20ms, [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(ends, 10);
}

TEST(SlicedWorkOnTheLoop, MayBeginAnewInTheMidstOfAPart) {
  Loop loop;
  SlicedWork work(loop);
  bool was_first_done = false, is_second_done = false;
  work.begin(
      [&] {
        work.begin([] { return false; }, [&] { is_second_done = true; });
        return true;
      },
      [&] { was_first_done = true; });
  EXPECT_TRUE(is_second_done);
  EXPECT_FALSE(was_first_done);
}

}  // namespace
}  // namespace trainyard
