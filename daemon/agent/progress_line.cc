#include "daemon/agent/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "daemon/base/progress_text.h"

namespace trainyard {

using namespace std::chrono_literals;

ProgressLine::ProgressLine(std::int64_t size_bytes)
    : size_bytes_(size_bytes), is_shown_(::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  if (is_shown_) std::fputs("\r\x1b[K", stderr);
}

void ProgressLine::show(std::int64_t bytes, std::int64_t earlier_bytes) {
  if (!is_shown_) return;
  last_.with([&](Clock::time_point& last) {
    const Clock::time_point now = Clock::now();
    if (now - last < 200ms) return;
    last = now;
    const double seconds = std::chrono::duration<double>(now - began_).count();
    fmt::print(stderr, "\r\x1b[K{}", progress_text({bytes, size_bytes_, earlier_bytes, seconds}));
    std::fflush(stderr);
  });
}

}  // namespace trainyard
