// Concurrency: decides how many requests run at a time. Begins with a few, allows more as long as that makes
// the throughput grow, allows fewer again when it makes the throughput smaller, and halves the number if the
// store answers that it has too many requests.
#pragma once
#include <chrono>

namespace trainyard {

class Concurrency {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Begins with `first` requests, and never allows more than `most`.
  Concurrency(int most, int first, Time now);

  int allowed() const { return allowed_; }

  // Counts `work` that was done, in bytes, for the throughput.
  void count(double work) { work_ += work; }

  // Raises or lowers the number of allowed requests by the throughput since the last call that did so, at
  // most twice a second. `busy`: as many requests run as are allowed.
  void look(Time now, bool busy);

  // To be called when the store has refused a request because it has too many.
  void slow_down(Time now);

 private:
  void begin_window(Time now);

  int most_;
  int allowed_;
  int step_ = 2;  // the next change; negative: fewer requests
  double work_ = 0;
  double last_rate_ = 0;
  bool was_busy_ = true;
  Time window_began_;
  Time no_growth_before_;
};

}  // namespace trainyard
