// SPDX-License-Identifier: GPL-2.0-or-later
// CallMeter: counts what is asked of slurmctld and slurmdbd, and keeps below a ceiling. The controller is
// everybody's: what we cost it is known, and bounded. One per process, as libslurm is. Any thread.
#pragma once
#include <chrono>
#include <deque>

#include "daemon/base/guarded.h"
#include "plugins/scheduler.h"

namespace trainyard::slurm {

class CallMeter {
 public:
  using Clock = std::chrono::steady_clock;

  // Before the first call. 0: none. Above it each call waits for its turn.
  void set_ceiling(int calls_per_minute) { ceiling_ = calls_per_minute; }

  // Before each call: "load_jobs", "submit", "slurmdbd" … Waits until the call may be made.
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
      std::deque<Call>;  // of the last minute, and those that wait for their turn; the earliest first
  static void forget_older_than_a_minute(Calls& calls);

  Guarded<Calls> calls_;
  int ceiling_ = 0;
};

CallMeter& call_meter();

}  // namespace trainyard::slurm
