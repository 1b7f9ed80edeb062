// Concurrency: decides how many requests run at a time. Begins with a few, adds some while the throughput
// grows with them, takes them away again if it does not, and halves their number if the store says that it
// has too many requests.
#pragma once
#include <chrono>

namespace trainyard {

class Concurrency {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Begins with `first` requests, and never allows more than `most`.
  Concurrency(int most, int first, Time now);

  int allowed() const { return allowed_; }

  // Counts work that is done: bytes that were transferred, and a share for each request.
  void count(double work) { work_ += work; }

  // Looks at the throughput since the last look, at most twice a second. `busy`: as many requests ran as are
  // allowed.
  void look(Time now, bool busy);

  // The store refused a request because there are too many.
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
