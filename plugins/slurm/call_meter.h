// SPDX-License-Identifier: GPL-2.0-or-later
// CallMeter: counts the calls to slurmctld and slurmdbd and keeps their number below a ceiling, because all
// users of the cluster share the controller. One per process, as libslurm is. Any thread.
#pragma once
#include <chrono>
#include <deque>

#include "daemon/base/guarded.h"
#include "plugins/scheduler.h"

namespace trainyard::slurm {

class CallMeter {
 public:
  using Clock = std::chrono::steady_clock;

  // Sets the largest number of calls per minute; 0: no ceiling. Above it each call waits for its turn. Call
  // this before the first count().
  void set_ceiling(int calls_per_minute) { ceiling_ = calls_per_minute; }

  // Call this before each call to Slurm: "load_jobs", "submit", "slurmdbd" … Waits until the call may be
  // made.
  void count(const char* kind);

  CallCounts last_minute();

  // Counts a call that is asked for now, and returns when it may be made.
  Clock::time_point reserve(const char* kind, Clock::time_point now);

 private:
  struct Call {
    Clock::time_point at;
    const char* kind;
  };
  using Calls =
      std::deque<Call>;  // calls of the last minute, and calls that wait for their turn; the earliest first
  static void forget_older_than_a_minute(Calls& calls);

  Guarded<Calls> calls_;
  int ceiling_ = 0;
};

CallMeter& call_meter();

}  // namespace trainyard::slurm
