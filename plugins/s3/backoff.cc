#include "plugins/s3/backoff.h"

#include <algorithm>

namespace trainyard {

std::optional<std::chrono::milliseconds> Backoff::after_failure(double share) {
  if (++failures_ >= limits_.most_failures) return std::nullopt;
  std::chrono::milliseconds longest = limits_.first;
  for (int i = 1; i < failures_ && longest < limits_.most; ++i) longest *= 2;
  longest = std::min(longest, limits_.most);
  return std::chrono::milliseconds(static_cast<std::int64_t>(share * static_cast<double>(longest.count())));
}

}  // namespace trainyard
