// ProgressLine: a line on the terminal that shows how much of a transfer is done: "  45 %  1.2 GiB of 2.3 GiB
// 120 MiB/s  10 s left". Shows nothing if standard error is no terminal. For any thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "daemon/base/guarded.h"

namespace trainyard {

class ProgressLine {
 public:
  explicit ProgressLine(std::int64_t size_bytes);
  ~ProgressLine();  // ends the line

  // `bytes` are there, `earlier_bytes` of them were there before this process began.
  void show(std::int64_t bytes, std::int64_t earlier_bytes = 0);

 private:
  using Clock = std::chrono::steady_clock;

  std::int64_t size_bytes_;
  bool is_shown_;
  Clock::time_point began_ = Clock::now();
  Guarded<Clock::time_point> last_;  // when the line was written last
};

}  // namespace trainyard
