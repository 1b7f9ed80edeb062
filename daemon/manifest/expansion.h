// Expansion: limits how many runs, and how many bytes of Manifests, one submitted text (at most 256 KiB) can
// make. The bytes include those of each combination of [sweep], each task of --array, filled {placeholders},
// and the submitter's data that are added to each run (ScriptOrigin).
#pragma once
#include <cstddef>

#include "daemon/base/json.h"

namespace trainyard {

// Limits for one submission: the number of its runs, and the bytes of all its runs together.
inline constexpr std::size_t most_runs = 10'000;
inline constexpr std::size_t most_expanded_bytes = std::size_t{64} << 20;

// Room: counts how many of most_expanded_bytes are left while the Manifests of one text are made. Callers
// take bytes from it before they allocate them.
class Room {
 public:
  std::size_t bytes() const { return bytes_; }
  bool holds(std::size_t runs, std::size_t bytes_each) const {
    return bytes_each == 0 || runs <= bytes_ / bytes_each;
  }
  // Subtracts `bytes` from the bytes that are left. Returns false, and subtracts nothing, if fewer are left.
  bool take(std::size_t bytes) {
    if (bytes > bytes_) return false;
    bytes_ -= bytes;
    return true;
  }

 private:
  std::size_t bytes_ = most_expanded_bytes;
};

// Returns about how many bytes of memory the value takes. Recursive, so the value must not be nested deeper
// than parse_json() accepts.
std::size_t footprint(const Json& value);

}  // namespace trainyard
