#include "daemon/agent/held_out_split.h"

#include <algorithm>
#include <cmath>

namespace trainyard {

std::int64_t held_out_rows(std::int64_t rows, double fraction) {
  const auto wanted = std::llround(fraction * static_cast<double>(rows));
  return std::clamp<std::int64_t>(wanted, 0, std::max<std::int64_t>(rows - 1, 0));
}

bool HeldOut::next() {
  if (rows_left_ <= 0) return false;
  const auto place = static_cast<std::int64_t>(draws_() % static_cast<std::uint64_t>(rows_left_));
  const bool taken = place < held_out_left_;
  if (taken) --held_out_left_;
  --rows_left_;
  return taken;
}

}  // namespace trainyard
