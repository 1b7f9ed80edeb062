// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/call_meter.h"

#include <gtest/gtest.h>

namespace trainyard::slurm {
namespace {

using namespace std::chrono_literals;

TEST(CallMeter, CountsTheCallsOfTheLastMinuteByKind) {
  CallMeter meter;
  for (const char* kind : {"load_jobs", "submit", "load_jobs"}) meter.count(kind);
  EXPECT_EQ(meter.last_minute(), (CallCounts{{"load_jobs", 2}, {"submit", 1}}));
}

TEST(CallMeter, LetsACallThroughAtOnceWhileThereIsRoomBelowTheCeiling) {
  CallMeter meter;
  meter.set_ceiling(60);  // calls a minute, so ten in ten seconds
  auto now = CallMeter::Clock::now();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(meter.reserve("submit", now), now);
}

// Many threads that reserve a call at the same time get different times.
TEST(CallMeter, MakesCallsWaitThatWouldBeAboveTheCeiling) {
  CallMeter meter;
  meter.set_ceiling(60);
  auto now = CallMeter::Clock::now();
  for (int i = 0; i < 10; ++i) meter.reserve("submit", now);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(meter.reserve("submit", now + 1s), now + 10s);
  EXPECT_EQ(meter.reserve("submit", now + 1s), now + 20s);
  EXPECT_EQ(meter.last_minute(), (CallCounts{{"submit", 10}}));
}

TEST(CallMeter, WithoutACeilingLetsEverythingThrough) {
  CallMeter meter;
  auto now = CallMeter::Clock::now();
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(meter.reserve("submit", now), now);
}

}  // namespace
}  // namespace trainyard::slurm
