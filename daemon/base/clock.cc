#include "daemon/base/clock.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <sstream>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

const date::time_zone* zone_named(const std::string& zone) {
  try {
    return date::locate_zone(zone);
  } catch (const std::exception&) {
    throw Error(ErrorKind::invalid,
                "no such time zone: \"" + zone + "\"; write a name of the tz database, as Europe/Berlin");
  }
}

date::year_month parse_month(const std::string& month) {
  std::istringstream in(month);
  date::year_month parsed;
  in >> date::parse("%Y-%m", parsed);
  if (in.fail() || in.peek() != EOF)
    throw Error(ErrorKind::invalid, "\"" + month + "\" is not a month; write 2026-11");
  return parsed;
}

// Converts local time in `zone` to UTC. A local time that the zone skips (midnight, where clocks go forward
// at midnight) becomes the end of the gap. Of two possible UTC times, returns the earlier.
UtcSeconds to_utc(date::local_seconds local, const std::string& zone) {
  return UtcSeconds{zone_named(zone)->to_sys(local, date::choose::earliest).time_since_epoch()};
}

int parse_field(std::string_view field, std::string_view whole) {
  if (const auto value = whole_number(field, 0, 1'000'000)) return *value;
  throw Error(
      ErrorKind::invalid,
      fmt::format("\"{}\" is not a duration; write \"00:10:00\", \"90\" (minutes) or \"2-12:00:00\"", whole));
}

}  // namespace

UtcSeconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

std::string format_utc(UtcSeconds time) {
  return date::format("%FT%TZ", date::sys_seconds{time.time_since_epoch()});
}

std::string format_local(UtcSeconds time, const std::string& zone) {
  return date::format("%F %T %Z",
                      date::make_zoned(zone_named(zone), date::sys_seconds{time.time_since_epoch()}));
}

std::string month_of(UtcSeconds time, const std::string& zone) {
  return date::format("%Y-%m",
                      date::make_zoned(zone_named(zone), date::sys_seconds{time.time_since_epoch()}));
}

Period month_bounds(const std::string& month, const std::string& zone) {
  date::year_month first = parse_month(month);
  auto midnight = [&](date::year_month at) { return to_utc(date::local_days{at / 1}, zone); };
  return {midnight(first), midnight(first + date::months{1})};
}

const MonthCalendar::Month& MonthCalendar::month_with(UtcSeconds time) {
  auto next = months_.upper_bound(time);
  if (next != months_.begin() && time < std::prev(next)->second.period.until) return std::prev(next)->second;
  std::string name = month_of(time, zone_);
  Period period = month_bounds(name, zone_);
  return months_.insert_or_assign(period.since, Month{std::move(name), period}).first->second;
}

UtcSeconds parse_time(std::string_view text, const std::string& zone) {
  if (text == "now") return now();
  if (text == "today") {
    auto local =
        date::make_zoned(zone_named(zone), date::sys_seconds{now().time_since_epoch()}).get_local_time();
    return to_utc(date::floor<date::days>(local), zone);
  }
  bool utc = !text.empty() && text.back() == 'Z';
  std::string plain(utc ? text.substr(0, text.size() - 1) : text);
  for (const char* form :
       {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    std::istringstream in(plain);
    date::local_seconds local;
    in >> date::parse(form, local);
    if (!in.fail() && in.peek() == EOF)
      return utc ? UtcSeconds{local.time_since_epoch()} : to_utc(local, zone);
  }
  try {
    return to_utc(date::local_days{parse_month(plain) / 1}, utc ? "UTC" : zone);
  } catch (const Error&) {
    throw Error(ErrorKind::invalid, fmt::format("\"{}\" is not a time; write 2026-11-23, 2026-11-23T10:30, "
                                                "2026-11-23T10:30:00Z, 2026-11, today or now",
                                                text));
  }
}

std::string system_zone() {
  try {
    return date::current_zone()->name();
  } catch (const std::exception&) {
    return "UTC";
  }
}

std::chrono::seconds parse_duration(std::string_view text) {
  std::size_t dash = text.find('-');
  bool has_days = dash != std::string_view::npos;
  int days = has_days ? parse_field(text.substr(0, dash), text) : 0;
  std::vector<int> fields;
  for (const std::string& field : split(has_days ? text.substr(dash + 1) : text, ':'))
    fields.push_back(parse_field(field, text));
  if (fields.size() > 3) parse_field("", text);
  // Slurm: "MM", "MM:SS", "HH:MM:SS"; after days "HH", "HH:MM", "HH:MM:SS".
  if (!has_days && fields.size() < 3) fields.insert(fields.begin(), 0);
  fields.resize(3, 0);
  return std::chrono::hours(24 * days + fields[0]) + std::chrono::minutes(fields[1]) +
         std::chrono::seconds(fields[2]);
}

std::string format_duration(std::chrono::seconds duration) {
  std::int64_t seconds = duration.count();
  std::string clock = fmt::format("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
  return seconds < 86400 ? clock : fmt::format("{}-{}", seconds / 86400, clock);
}

}  // namespace trainyard
