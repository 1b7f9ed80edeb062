#include "daemon/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

#include "daemon/base/error.h"
#include "daemon/base/printable.h"

namespace trainyard {
namespace {

// The journal takes the level from the prefix and the time from itself; a person or a file needs both spelt
// out.
spdlog::logger& logger() {
  static std::shared_ptr<spdlog::logger> shared = [] {
    auto made =
        std::make_shared<spdlog::logger>("trainyard", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern(std::getenv("JOURNAL_STREAM") != nullptr ? "%v" : "%Y-%m-%dT%H:%M:%S.%eZ %v",
                      spdlog::pattern_time_type::utc);
    return made;
  }();
  return *shared;
}

constexpr std::size_t longest_line = 8192;
constexpr int syslog_priority[] = {3, 4, 6, 7};
constexpr spdlog::level::level_enum spdlog_level[] = {spdlog::level::err, spdlog::level::warn,
                                                      spdlog::level::info, spdlog::level::debug};

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

void log_line(LogLevel level, std::string_view line) {
  int index = static_cast<int>(level);
  if (!logger().should_log(spdlog_level[index])) return;
  logger().log(spdlog_level[index], "<{}>{}", syslog_priority[index], escaped(line.substr(0, longest_line)));
}

}  // namespace trainyard
