#include "plugins/s3/concurrency.h"

#include <algorithm>

namespace trainyard {
namespace {

using namespace std::chrono_literals;
constexpr auto window = 500ms;
constexpr auto calm_after_refusal = 5s;
constexpr double clearly = 1.05;  // a change of the throughput by less says nothing

}  // namespace

Concurrency::Concurrency(int most, int first, Time now)
    : most_(std::max(most, 1)),
      allowed_(std::clamp(first, 1, most_)),
      window_began_(now),
      no_growth_before_(now) {}

void Concurrency::look(Time now, bool busy) {
  was_busy_ = was_busy_ && busy;
  if (now - window_began_ < window) return;
  const double rate = work_ / std::chrono::duration<double>(now - window_began_).count();
  // If fewer requests ran than were allowed, the throughput does not show whether the allowed number is good.
  if (was_busy_ && now >= no_growth_before_) {
    const bool is_worse = rate * clearly < last_rate_;
    const bool is_better = last_rate_ * clearly < rate;
    if (is_worse) step_ = -step_;
    if (is_worse || is_better) allowed_ = std::clamp(allowed_ + step_, std::min(2, most_), most_);
  }
  last_rate_ = rate;
  begin_window(now);
}

void Concurrency::slow_down(Time now) {
  if (now < no_growth_before_ - calm_after_refusal / 2) return;  // of the same moment as the last refusal
  allowed_ = std::max(1, allowed_ / 2);
  no_growth_before_ = now + calm_after_refusal;
  last_rate_ = 0;
  step_ = 2;
  begin_window(now);
}

void Concurrency::begin_window(Time now) {
  window_began_ = now;
  work_ = 0;
  was_busy_ = true;
}

}  // namespace trainyard
