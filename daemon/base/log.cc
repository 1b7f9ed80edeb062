#include "daemon/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "daemon/base/error.h"
#include "daemon/base/printable.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

spdlog::logger& logger() {
  static std::shared_ptr<spdlog::logger> shared = [] {
    auto made =
        std::make_shared<spdlog::logger>("trainyard", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    return made;
  }();
  return *shared;
}

constexpr std::size_t longest_line = 8192;
constexpr int syslog_priority[] = {3, 4, 6, 7};
constexpr spdlog::level::level_enum spdlog_level[] = {spdlog::level::err, spdlog::level::warn,
                                                      spdlog::level::info, spdlog::level::debug};

bool is_key(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

// Returns a value in a line's format without quotes around it and punctuation after it: "{}" for "\"{}\"" and
// "{}:".
std::string_view without_marks(std::string_view text) {
  while (!text.empty() && std::string_view("\":,").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  if (!text.empty() && text.front() == '"') text.remove_prefix(1);
  return text;
}

// Returns the value of a field whose value in the format is `text`: `text` itself if it has no "{", or the
// value with this index if `text` is "{}". Returns nullopt for any other text.
std::optional<std::string> value_of(std::string_view text, std::size_t number, fmt::format_args values) {
  const std::size_t open = text.find('{');
  if (open == std::string_view::npos) return std::string(text);
  if (open > 0 || text.find('}') != text.size() - 1) return std::nullopt;
  return fmt::vformat('{' + std::to_string(number) + std::string(text.substr(1)), values);
}

// Adds the field {run, 42} for the text "run=42", with which a line begins. It names the run or the data set
// that the line is about.
void add_leading(std::vector<LogField>& fields, std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !is_key(text.substr(0, equals))) return;
  const std::string_view value = text.substr(equals + 1);
  if (std::ranges::all_of(value, [](unsigned char c) { return std::isalnum(c) != 0; }))
    fields.push_back({std::string(text.substr(0, equals)), std::string(value)});
}

bool is_sent_to_journal(LogLevel level, std::string_view line, fmt::string_view format,
                        fmt::format_args values) {
  static const bool leads_to_journal = is_stderr_the_journal();
  return leads_to_journal &&
         send_to_journal(syslog_priority[static_cast<int>(level)], line, fields_of_line(format, values));
}

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(spdlog_level[static_cast<int>(level)]); }

LogLevel log_level_from(std::string_view name) {
  if (name == "error") return LogLevel::error;
  if (name == "warning") return LogLevel::warning;
  if (name == "info") return LogLevel::info;
  if (name == "debug") return LogLevel::debug;
  throw Error(ErrorKind::invalid,
              fmt::format("no such log level: \"{}\"; error, warning, info or debug", name));
}

std::vector<LogField> fields_of_line(fmt::string_view format, fmt::format_args values) {
  std::vector<LogField> fields;
  std::size_t number = 0;  // the index of the next "{}"
  const std::vector<std::string> words = split({format.data(), format.size()}, ' ');
  if (words.front() == "{}") add_leading(fields, fmt::vformat("{0}", values));
  for (const std::string& word : words) {
    const std::string_view text = word;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos && is_key(text.substr(0, equals)))
      if (std::optional<std::string> value = value_of(without_marks(text.substr(equals + 1)), number, values))
        fields.push_back({word.substr(0, equals), escaped(value->substr(0, longest_line))});
    number += static_cast<std::size_t>(std::ranges::count(word, '{'));
  }
  return fields;
}

void log_line(LogLevel level, fmt::string_view format, fmt::format_args values) {
  const spdlog::level::level_enum wanted = spdlog_level[static_cast<int>(level)];
  if (!logger().should_log(wanted)) return;
  const std::string line = escaped(fmt::vformat(format, values).substr(0, longest_line));
  if (!is_sent_to_journal(level, line, format, values)) logger().log(wanted, "{}", line);
}

}  // namespace trainyard
