#include "plugins/s3/pace.h"

#include <algorithm>
#include <map>

namespace trainyard {

void Pace::count(std::int64_t bytes, Clock::time_point now) {
  if (bytes_per_second_ <= 0) return;
  const std::chrono::duration<double> time(static_cast<double>(bytes) /
                                           static_cast<double>(bytes_per_second_));
  due_.with([&](Clock::time_point& due) {
    due = std::max(due, now) + std::chrono::ceil<Clock::duration>(time);
    return 0;
  });
}

Pace::Clock::duration Pace::ahead(Clock::time_point now) {
  if (bytes_per_second_ <= 0) return {};
  return due_.with([&](Clock::time_point due) { return std::max(Clock::duration{0}, due - now); });
}

std::shared_ptr<Pace> pace_of_process(std::int64_t bytes_per_second) {
  static Guarded<std::map<std::int64_t, std::shared_ptr<Pace>>> paces;
  return paces.with([bytes_per_second](auto& by_limit) {
    std::shared_ptr<Pace>& pace = by_limit[bytes_per_second];
    if (!pace) pace = std::make_shared<Pace>(bytes_per_second);
    return pace;
  });
}

}  // namespace trainyard
