#include "daemon/base/progress_text.h"

#include <fmt/format.h>

#include "daemon/base/text.h"

namespace trainyard {

std::string progress_text(const TransferProgress& progress) {
  const auto [bytes, size_bytes, earlier_bytes, seconds] = progress;
  const double share = size_bytes > 0 ? static_cast<double>(bytes) / static_cast<double>(size_bytes) : 1;
  std::string text =
      fmt::format("{:3.0f} %  {} of {}", 100 * share, format_size(bytes), format_size(size_bytes));
  if (seconds < 1 || bytes <= earlier_bytes) return text;
  const double rate = static_cast<double>(bytes - earlier_bytes) / seconds;
  text += fmt::format("  {}/s", format_size(static_cast<std::int64_t>(rate)));
  const auto left = static_cast<std::int64_t>(static_cast<double>(size_bytes - bytes) / rate);
  return text + fmt::format("  {}:{:02} left", left / 60, left % 60);
}

}  // namespace trainyard
