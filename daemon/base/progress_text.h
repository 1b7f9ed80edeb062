// Describes the progress of a transfer in a line of text.
#pragma once
#include <cstdint>
#include <string>

namespace trainyard {

struct TransferProgress {
  std::int64_t bytes = 0;          // that are there
  std::int64_t size_bytes = 0;     // that will be there in the end
  std::int64_t earlier_bytes = 0;  // of `bytes`: those that were there before this transfer began
  double seconds = 0;              // since this transfer began
};

// Returns " 45 %  1.2 GiB of 2.6 GiB  120.0 MiB/s  0:12 left". The rate is that of this transfer. A transfer
// that has gone on for less than a second, or has moved nothing yet, has neither a rate nor a time left.
std::string progress_text(const TransferProgress& progress);

}  // namespace trainyard
