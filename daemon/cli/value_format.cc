#include "daemon/cli/value_format.h"

#include <fmt/format.h>

#include "daemon/base/text.h"

namespace trainyard {

std::string human_duration(std::int64_t seconds) {
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  if (seconds < 86400) return fmt::format("{} h {:02} min", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} d {:02} h", seconds / 86400, seconds / 3600 % 24);
}

std::string human_time(const Json& unix_seconds, const std::string& zone) {
  if (!unix_seconds.is_number_integer()) return "-";
  return format_local(from_unix(unix_seconds.get<std::int64_t>()), zone).substr(0, 19);
}

UtcSeconds time_given(const std::string& text, const std::string& zone) {
  if (!text.starts_with('@')) return parse_time(text, zone);
  return from_unix(parse_whole_number(std::string_view(text).substr(1), 0, 253'402'300'799, text));
}

std::string count_of(std::int64_t count, const std::string& what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::optional<std::int64_t> duration_of_run(const Json& run) {
  Json started = get_or<Json>(run, "started_at", Json()), ended = get_or<Json>(run, "ended_at", Json());
  if (!started.is_number_integer()) return std::nullopt;
  std::int64_t end = ended.is_number_integer() ? ended.get<std::int64_t>() : to_unix(now());
  return std::max<std::int64_t>(0, end - started.get<std::int64_t>());
}

std::string human_job(const Json& job) {
  if (job.value("job_id", Json()).is_null()) return "-";
  Json task = job.value("array_task", Json());
  return job["job_id"].dump() + (task.is_null() ? "" : "_" + task.dump());
}

std::string human_number(double value) { return fmt::format("{:#.4g}", value); }

}  // namespace trainyard
