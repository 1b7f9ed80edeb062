// Time: integer UTC seconds everywhere; months and days in a named zone (Howard Hinnant's date library).
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace trainyard {

using UtcSeconds = std::chrono::sys_seconds;

UtcSeconds now();

inline std::int64_t to_unix(UtcSeconds time) { return time.time_since_epoch().count(); }
inline UtcSeconds from_unix(std::int64_t seconds) { return UtcSeconds{std::chrono::seconds{seconds}}; }

// "2026-11-23T09:30:00Z"
std::string format_utc(UtcSeconds time);

// "2026-11-23 10:30:00 CET" in a zone of the tz database; Error{invalid} for an unknown zone.
std::string format_local(UtcSeconds time, const std::string& zone);

// The month that holds `time` in that zone, "2026-11", and its bounds [first, next).
std::string month_of(UtcSeconds time, const std::string& zone);
struct Period {
  UtcSeconds since;  // included
  UtcSeconds until;  // excluded
  bool operator==(const Period&) const = default;
};
Period month_bounds(const std::string& month, const std::string& zone);

// The months of a zone, for whoever asks a million times: each is computed once. One thread.
class MonthCalendar {
 public:
  explicit MonthCalendar(std::string zone) : zone_(std::move(zone)) {}

  struct Month {
    std::string name;  // "2026-11"
    Period period;
  };
  // The month that holds `time`; valid as long as the calendar. Error{invalid} for an unknown zone.
  const Month& month_with(UtcSeconds time);

 private:
  std::string zone_;
  std::map<UtcSeconds, Month> months_;  // by their first seconds
};

// A person's time: "2026-11-23", "2026-11-23T10:30", "2026-11-23T10:30:00Z", "now", "today", or "2026-11"
// (the first second of it), in that zone unless it ends in Z. Error{invalid} shows the forms.
UtcSeconds parse_time(std::string_view text, const std::string& zone);

// The machine's zone ("Europe/Berlin"), "UTC" where it has none.
std::string system_zone();

// Slurm's durations: "MM", "MM:SS", "HH:MM:SS", "D-HH", "D-HH:MM", "D-HH:MM:SS". Error{invalid} otherwise.
std::chrono::seconds parse_duration(std::string_view text);

// "00:10:00", "2-03:00:00"
std::string format_duration(std::chrono::seconds duration);

}  // namespace trainyard
