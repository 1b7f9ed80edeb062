// Backoff: computes how long to wait before a failed request is repeated, and when to stop repeating it. The
// pause is random between 0 and a limit that doubles with each failure (exponential back-off with full
// jitter), so that many clients whose requests failed at the same time do not repeat them at the same time.
#pragma once
#include <chrono>
#include <optional>

namespace trainyard {

struct BackoffLimits {
  std::chrono::milliseconds first{100};  // the longest pause after the first failure
  std::chrono::milliseconds most{10'000};
  int most_failures = 10;  // in a row, without progress
};

class Backoff {
 public:
  explicit Backoff(const BackoffLimits& limits) : limits_(limits) {}

  // Counts a failure. Returns the pause before the next try; none if there were too many failures. `share` is
  // a random number from 0 to 1.
  std::optional<std::chrono::milliseconds> after_failure(double share);

  // To be called when bytes of the answer have come: resets the count of failures, because only failures in a
  // row count.
  void progress() { failures_ = 0; }

 private:
  BackoffLimits limits_;
  int failures_ = 0;
};

}  // namespace trainyard
