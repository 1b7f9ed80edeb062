// Pace: limits how many bytes this process receives in a second, on all connections together
// (StoreSettings::bytes_per_second). The receivers count their bytes, and pause while they are ahead of the
// limit. Several threads can use one Pace.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>

#include "daemon/base/guarded.h"

namespace trainyard {

class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  // `bytes_per_second`: 0 for no limit.
  explicit Pace(std::int64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}

  void count(std::int64_t bytes, Clock::time_point now);

  // Returns how long the limit takes, from now on, for the bytes that were counted already. 0: they did not
  // come faster than the limit allows.
  Clock::duration ahead(Clock::time_point now);

  // Returns true if more bytes may be received. They may come a little ahead of the limit, because a receiver
  // that waits for each piece would not reach it.
  bool permits(Clock::time_point now) { return ahead(now) < slack; }

  static constexpr std::chrono::milliseconds slack{20};

 private:
  std::int64_t bytes_per_second_;
  Guarded<Clock::time_point> due_;  // when the bytes that were counted have taken as long as the limit wants
};

// Returns the Pace that all stores of this process with this limit share.
std::shared_ptr<Pace> pace_of_process(std::int64_t bytes_per_second);

}  // namespace trainyard
