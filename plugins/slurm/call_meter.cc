// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/call_meter.h"

#include <algorithm>
#include <thread>

namespace trainyard::slurm {
namespace {

// The ceiling is enforced for every ten seconds and not for a minute, so that after a burst calls need not
// wait for the rest of the minute.
constexpr std::chrono::seconds window{10};
constexpr int windows_per_minute = 6;

}  // namespace

CallMeter::Clock::time_point CallMeter::reserve(const char* kind, Clock::time_point now) {
  std::size_t allowed = static_cast<std::size_t>(std::max(1, ceiling_ / windows_per_minute));
  return calls_.with([&](Calls& calls) {
    forget_older_than_a_minute(calls);
    Clock::time_point turn = now;
    if (ceiling_ != 0 && calls.size() >= allowed)
      turn = std::max(now, calls[calls.size() - allowed].at + window);
    calls.push_back({turn, kind});
    return turn;
  });
}

void CallMeter::count(const char* kind) { std::this_thread::sleep_until(reserve(kind, Clock::now())); }

CallCounts CallMeter::last_minute() {
  return calls_.with([](Calls& calls) {
    forget_older_than_a_minute(calls);
    CallCounts counts;
    for (const Call& call : calls)
      if (call.at <= Clock::now()) ++counts[call.kind];
    return counts;
  });
}

void CallMeter::forget_older_than_a_minute(Calls& calls) {
  Clock::time_point minute_ago = Clock::now() - std::chrono::minutes(1);
  while (!calls.empty() && calls.front().at < minute_ago) calls.pop_front();
}

CallMeter& call_meter() {
  static CallMeter meter;
  return meter;
}

}  // namespace trainyard::slurm
