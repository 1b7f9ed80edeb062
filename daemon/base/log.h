// Log lines: key=value, one a line, on stderr with systemd's "<N>" prefix where stderr is the journal.
// Any thread. Log or throw, never both.
//
// Whatever is in it, a line stays one line: control characters, line feeds among them, become escapes
// (base/printable), so no text of a user's passes for a line of ours. What is longer than 8 KiB is cut.
#pragma once
#include <fmt/format.h>

#include <string_view>

namespace trainyard {

enum class LogLevel { error, warning, info, debug };

// Before the first line; the default is info.
void set_log_level(LogLevel level);
LogLevel log_level_from(std::string_view name);  // Error{invalid} lists the names

void log_line(LogLevel level, std::string_view line);

template <class... Args>
void log_error(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::error, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_debug(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::debug, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace trainyard
