// For the programs of this folder. Whatever bytes libFuzzer thinks of, a reader answers with a value or with
// an Error. Anything else is a finding: a crash, another exception, five seconds, a gigabyte.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "daemon/base/error.h"

namespace trainyard::fuzz {

// False when `read` refuses, as it may; only with an error that is the writer's.
template <class Read>
bool accepts(Read read) {
  try {
    read();
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::invalid) std::abort();
    return false;
  }
}

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline std::string text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace trainyard::fuzz
