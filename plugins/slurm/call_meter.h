// SPDX-License-Identifier: GPL-2.0-or-later
// CallMeter: counts this process's calls to slurmctld and slurmdbd, and delays them so that their number
// stays below a ceiling, because all users of the cluster share the controller. One object per process, for
// all threads.
#pragma once
#include <chrono>
#include <deque>

#include "daemon/base/guarded.h"
#include "plugins/scheduler.h"

namespace trainyard::slurm {

class CallMeter {
 public:
  using Clock = std::chrono::steady_clock;

  // Sets the largest number of calls per minute; 0: no ceiling. Must be called before the first count().
  void set_ceiling(int calls_per_minute) { ceiling_ = calls_per_minute; }

  // To be called before each call to Slurm. Counts it under its kind ("load_jobs", "submit", "slurmdbd" …),
  // and blocks until it may be made.
  void count(const char* kind);

  CallCounts last_minute();

  // Counts a call that is requested at `now`, and returns the time at which it may be made.
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
