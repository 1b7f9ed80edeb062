#include "daemon/agent/held_out_split.h"

#include <algorithm>
#include <bit>
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

HeldOutRows::HeldOutRows(std::int64_t rows, std::int64_t held_out, std::uint64_t seed) {
  if (held_out == 0) return;
  HeldOut chosen(rows, held_out, seed);
  bits_.resize(static_cast<std::size_t>(rows) / 64 + 1);
  for (std::int64_t row = 0; row < rows; ++row)
    if (chosen.next()) bits_[static_cast<std::size_t>(row) / 64] |= std::uint64_t{1} << (row % 64);
  std::int64_t count = 0;
  for (const std::uint64_t word : bits_) {
    before_word_.push_back(count);
    count += std::popcount(word);
  }
}

bool HeldOutRows::is_held_out(std::int64_t row) const {
  return !bits_.empty() && ((bits_[static_cast<std::size_t>(row) / 64] >> (row % 64)) & 1) != 0;
}

std::int64_t HeldOutRows::held_out_before(std::int64_t row) const {
  if (bits_.empty()) return 0;
  const auto word = static_cast<std::size_t>(row) / 64;
  const std::uint64_t below = (std::uint64_t{1} << (row % 64)) - 1;
  return before_word_[word] + std::popcount(bits_[word] & below);
}

}  // namespace trainyard
