#include "daemon/agent/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "daemon/base/text.h"

namespace trainyard {

using namespace std::chrono_literals;

ProgressLine::ProgressLine(std::int64_t size_bytes)
    : size_bytes_(size_bytes), is_shown_(::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  if (is_shown_) std::fputs("\r\x1b[K", stderr);
}

void ProgressLine::show(std::int64_t bytes) {
  if (!is_shown_) return;
  last_.with([&](Clock::time_point& last) {
    const Clock::time_point now = Clock::now();
    if (now - last < 200ms) return;
    last = now;
    const double seconds = std::chrono::duration<double>(now - began_).count();
    fmt::print(stderr, "\r\x1b[K{}", progress_text(bytes, size_bytes_, seconds));
    std::fflush(stderr);
  });
}

std::string progress_text(std::int64_t bytes, std::int64_t size_bytes, double seconds) {
  const double share = size_bytes > 0 ? static_cast<double>(bytes) / static_cast<double>(size_bytes) : 1;
  std::string text =
      fmt::format("{:3.0f} %  {} of {}", 100 * share, format_size(bytes), format_size(size_bytes));
  if (seconds < 1 || bytes == 0) return text;
  const double rate = static_cast<double>(bytes) / seconds;
  text += fmt::format("  {}/s", format_size(static_cast<std::int64_t>(rate)));
  const auto left = static_cast<std::int64_t>(static_cast<double>(size_bytes - bytes) / rate);
  return text + fmt::format("  {}:{:02} left", left / 60, left % 60);
}

}  // namespace trainyard
