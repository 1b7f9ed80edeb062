// Describes the progress of a transfer in a line of text.
#pragma once
#include <cstdint>
#include <string>

namespace trainyard {

// Returns " 45 %  1.2 GiB of 2.6 GiB  120.0 MiB/s  0:12 left" for a transfer that has copied `bytes` in
// `seconds`.
std::string progress_text(std::int64_t bytes, std::int64_t size_bytes, double seconds);

}  // namespace trainyard
