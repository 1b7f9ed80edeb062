// What the fuzz targets share. For any bytes, a reader must return a value or throw Error{invalid}. Anything
// else is a finding: a crash, another exception, more than five seconds, more than a gigabyte of memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "daemon/base/error.h"

namespace trainyard::fuzz {

// Returns false if `read` throws Error{invalid}, which it may; aborts if it throws another Error.
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
