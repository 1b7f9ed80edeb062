// Log lines: key=value pairs, one event a line. Lines go to the journal if standard error leads there, and to
// standard error otherwise. For any thread. Log an error or throw it, never both.
//
// Each `key={}` and `key=word` of a format is also a field of its own in the journal (base/journal). Fields
// are found in the format and not in the finished line, because values can hold text of users. Only the value
// of a format's leading {} can itself be a field, "run=42".
//
// A line stays one line: control characters, including line feeds, become escapes (base/printable), so that a
// user's text cannot pass for a log line. A line longer than 8 KiB is cut.
#pragma once
#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "daemon/base/journal.h"

namespace trainyard {

enum class LogLevel { error, warning, info, debug };

// Sets the least important level that is still logged. The default is info.
void set_log_level(LogLevel level);
LogLevel log_level_from(std::string_view name);  // throws Error{invalid}, which lists the names

void log_line(LogLevel level, fmt::string_view format, fmt::format_args values);

// Returns the fields of a line: "run={} event=ended {}" has the fields run and event.
std::vector<LogField> fields_of_line(fmt::string_view format, fmt::format_args values);

template <class... Args>
void log_error(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::error, format, fmt::make_format_args(args...));
}
template <class... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::warning, format, fmt::make_format_args(args...));
}
template <class... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::info, format, fmt::make_format_args(args...));
}
template <class... Args>
void log_debug(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::debug, format, fmt::make_format_args(args...));
}

}  // namespace trainyard
