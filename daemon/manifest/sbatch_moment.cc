// Parses the times of sbatch's options --begin and --deadline.
#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <string_view>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/manifest/sbatch_values.h"

namespace trainyard::sbatch {
namespace {

using std::chrono::seconds;

constexpr seconds day{86'400};

std::tm local(UtcSeconds time) {
  std::time_t unix_time = to_unix(time);
  std::tm parts{};
  ::localtime_r(&unix_time, &parts);
  parts.tm_isdst = -1;
  return parts;
}

UtcSeconds at_clock(std::tm parts, seconds of_day) {
  parts.tm_hour = 0;
  parts.tm_min = 0;
  parts.tm_sec = static_cast<int>(of_day.count());
  return from_unix(std::mktime(&parts));
}

std::optional<int> amount(std::string_view text) { return whole_number(text, 0); }

// Parses the part of a time after "now": "+2hours", "+90" (seconds). Returns nullopt if the text is no such
// offset.
std::optional<seconds> offset(std::string_view text) {
  struct Unit {
    std::string_view name;
    seconds length;
  };
  constexpr std::array units{Unit{"second", seconds{1}}, Unit{"minute", seconds{60}},
                             Unit{"hour", seconds{3600}}, Unit{"day", day}, Unit{"week", 7 * day}};
  text = trim(text);
  if (text.empty()) return seconds{0};
  if (text.front() != '+') return std::nullopt;
  text = trim(text.substr(1));
  std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::optional<int> count = amount(text.substr(0, digits));
  std::string_view unit = trim(text.substr(digits));
  if (unit.ends_with('s')) unit.remove_suffix(1);
  if (!count) return std::nullopt;
  if (unit.empty()) return seconds{*count};
  for (const Unit& known : units)
    if (unit == known.name) return *count * known.length;
  return std::nullopt;
}

// Parses a time of day: "16:00", "4:30pm", "noon". Returns the seconds since midnight; nullopt if the text is
// no time of day.
std::optional<seconds> time_of_day(std::string text) {
  if (text == "midnight") return seconds{0};
  if (text == "noon") return 12 * seconds{3600};
  if (text == "fika") return 15 * seconds{3600};
  if (text == "teatime") return 16 * seconds{3600};
  const bool am = text.ends_with("am"), pm = text.ends_with("pm");
  if (am || pm) text = trim(text.substr(0, text.size() - 2));
  std::vector<std::string> fields = split(text, ':');
  if (fields.size() < 2 || fields.size() > 3) return std::nullopt;
  std::optional<int> hours = amount(fields[0]), minutes = amount(fields[1]);
  std::optional<int> rest = fields.size() == 3 ? amount(fields[2]) : 0;
  if (!hours || !minutes || !rest || *hours > 23 || *minutes > 59 || *rest > 59) return std::nullopt;
  if (am || pm) *hours = *hours % 12 + (pm ? 12 : 0);
  return seconds{*hours * 3600 + *minutes * 60 + *rest};
}

std::optional<UtcSeconds> find_moment(const std::string& text, UtcSeconds now) {
  if (text.starts_with("now")) {
    std::optional<seconds> later = offset(text.substr(3));
    return later ? std::optional(now + *later) : std::nullopt;
  }
  if (text == "today") return at_clock(local(now), seconds{0});
  if (text == "tomorrow") return at_clock(local(now), day);
  if (std::optional<seconds> clock = time_of_day(text)) {
    UtcSeconds today = at_clock(local(now), *clock);
    return today > now ? today : at_clock(local(now), *clock + day);
  }
  std::tm parts{};
  for (const char* form : {"%Y-%m-%dt%H:%M:%S", "%Y-%m-%dt%H:%M", "%Y-%m-%d"}) {
    parts = {};
    const char* end = ::strptime(text.c_str(), form, &parts);
    if (end == nullptr || *end != '\0') continue;
    parts.tm_isdst = -1;
    return from_unix(std::mktime(&parts));
  }
  return std::nullopt;
}

}  // namespace

Json read_moment(const std::string& value) {
  if (!find_moment(ascii_lower(value), from_unix(0)))
    throw Error(ErrorKind::invalid,
                "must be a time: now+2hours, 16:00, tomorrow, 2030-01-31, 2030-01-31T12:30");
  return value;
}

UtcSeconds moment_of(const std::string& moment, UtcSeconds now) {
  if (std::optional<UtcSeconds> found = find_moment(ascii_lower(moment), now)) return *found;
  throw Error(ErrorKind::invalid, moment + " is not a time; write now+1hour, 16:00 or 2030-01-31T12:30");
}

}  // namespace trainyard::sbatch
