#include "daemon/base/workers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>

namespace trainyard {
namespace {

TEST(Workers, ReportOnTheLoop) {
  Loop loop;
  Workers workers(loop, 1);
  int got = 0;
  workers.run([] { return 7; },
              [&](int result) {
                got = result;
                loop.stop();
              },
              [&](std::exception_ptr) { loop.stop(); });
  loop.run();
  EXPECT_EQ(got, 7);
}

TEST(Workers, ReportNothingOnceTheyAreDestroyed) {
  Loop loop;
  auto workers = std::make_unique<Workers>(loop, 1);
  bool reported = false;
  std::promise<void> begun;
  workers->run(
      [&begun] {
        begun.set_value();
        return 7;
      },
      [&](int) { reported = true; }, [&](std::exception_ptr) { reported = true; });
  begun.get_future().wait();
  workers.reset();  // waits until the running work has posted its result to the loop
  loop.post([&loop] { loop.stop(); });
  loop.run();
  EXPECT_FALSE(reported);
}

}  // namespace
}  // namespace trainyard
