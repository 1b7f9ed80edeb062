// Tests that each log message is one line, whatever bytes a user put into it.
#include "daemon/base/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace trainyard {
namespace {

using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

std::string logged(const std::string& text) {
  CaptureStderr();
  log_warning("run=7 evidence=unreadable {}", text);
  return GetCapturedStderr();
}

TEST(ALogLine, CannotBeForged) {
  const std::string line = logged("reason\n<0>kernel: panic\r\033[2J\u009b\u2028");
  EXPECT_NE(line.find("reason\\n<0>kernel: panic\\r\\x1b[2J\\u009b\\u2028\n"), std::string::npos) << line;
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST(ALogLine, IsNoLongerThanALineMayBe) { EXPECT_LT(logged(std::string(1 << 20, 'x')).size(), 9000U); }

TEST(ALogLine, KeepsWhatPeopleWrite) {
  EXPECT_NE(logged("größer: 2 × 4").find("größer: 2 × 4\n"), std::string::npos);
}

}  // namespace
}  // namespace trainyard
