// Expansion: what a text of 256 KiB may become. One bound for the products of [sweep], the tasks of --array,
// {placeholders} and what each run carries along from its submitter.
#pragma once
#include <cstddef>

#include "daemon/base/json.h"

namespace trainyard {

inline constexpr std::size_t most_runs = 10'000;                           // of one submission
inline constexpr std::size_t most_expanded_bytes = std::size_t{64} << 20;  // of all its runs together

// What is left of it. Asked before anything is made.
class Room {
 public:
  std::size_t bytes() const { return bytes_; }
  bool holds(std::size_t runs, std::size_t bytes_each) const {
    return bytes_each == 0 || runs <= bytes_ / bytes_each;
  }
  // False, and nothing is taken, where there are fewer.
  bool take(std::size_t bytes) {
    if (bytes > bytes_) return false;
    bytes_ -= bytes;
    return true;
  }

 private:
  std::size_t bytes_ = most_expanded_bytes;
};

// Bytes that the value takes in memory, about. By recursion: not for more nesting than parse_json() reads.
std::size_t footprint(const Json& value);

}  // namespace trainyard
