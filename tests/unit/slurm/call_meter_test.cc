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
  meter.set_ceiling(60);  // ten in ten seconds
  for (int i = 0; i < 9; ++i) meter.count("submit");
  auto now = CallMeter::Clock::now();
  EXPECT_EQ(meter.turn(now), now);
}

TEST(CallMeter, MakesACallWaitThatWouldBeAboveTheCeiling) {
  CallMeter meter;
  meter.set_ceiling(60);
  auto begin = CallMeter::Clock::now();
  for (int i = 0; i < 10; ++i) meter.count("submit");
  auto now = CallMeter::Clock::now();
  EXPECT_GE(meter.turn(now), begin + 10s);
  EXPECT_LE(meter.turn(now), now + 10s);
  EXPECT_EQ(meter.turn(begin + 11s), begin + 11s);
}

TEST(CallMeter, WithoutACeilingLetsEverythingThrough) {
  CallMeter meter;
  for (int i = 0; i < 1000; ++i) meter.count("submit");
  auto now = CallMeter::Clock::now();
  EXPECT_EQ(meter.turn(now), now);
}

}  // namespace
}  // namespace trainyard::slurm
