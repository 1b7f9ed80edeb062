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

// Returns "2026-11-23T09:30:00Z".
std::string format_utc(UtcSeconds time);

// Returns "2026-11-23 10:30:00 CET", the time in a zone of the tz database. Throws Error{invalid} for an
// unknown zone.
std::string format_local(UtcSeconds time, const std::string& zone);

// Returns the month that contains `time` in this zone: "2026-11".
std::string month_of(UtcSeconds time, const std::string& zone);
struct Period {
  UtcSeconds since;  // included
  UtcSeconds until;  // excluded
  bool operator==(const Period&) const = default;
};

// Returns the time from the start of the month to the start of the next month, in this zone.
Period month_bounds(const std::string& month, const std::string& zone);

// Finds the months of times in a zone, and keeps their bounds, so that a million look-ups compute each month
// only once. Each calendar is for one thread at a time.
class MonthCalendar {
 public:
  explicit MonthCalendar(std::string zone) : zone_(std::move(zone)) {}

  struct Month {
    std::string name;  // "2026-11"
    Period period;
  };
  // Returns the month that contains `time`. The reference is valid as long as the calendar exists. Throws
  // Error{invalid} for an unknown zone.
  const Month& month_with(UtcSeconds time);

 private:
  std::string zone_;
  std::map<UtcSeconds, Month> months_;  // by the first second of the month
};

// Parses a time that a person wrote: "2026-11-23", "2026-11-23T10:30", "2026-11-23T10:30:00Z", "now",
// "today", or "2026-11" (a day or month means its first second). The time is in `zone` unless it ends in Z.
// Throws Error{invalid}, which lists these forms, for any other text.
UtcSeconds parse_time(std::string_view text, const std::string& zone);

// Returns the machine's time zone ("Europe/Berlin"), or "UTC" if the machine has none.
std::string system_zone();

// Parses a duration in Slurm's forms: "MM", "MM:SS", "HH:MM:SS", "D-HH", "D-HH:MM", "D-HH:MM:SS". Throws
// Error{invalid} for any other text.
std::chrono::seconds parse_duration(std::string_view text);

// Returns "00:10:00" or, with days, "2-03:00:00".
std::string format_duration(std::chrono::seconds duration);

}  // namespace trainyard
