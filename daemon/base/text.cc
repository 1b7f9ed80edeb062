#include "daemon/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <numeric>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

// Returns the optimal string alignment distance: the least number of insertions, deletions, substitutions and
// swaps of two neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  std::iota(d[0].begin(), d[0].end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

bool is_ascii_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) text += separator;
    text += part;
  }
  return text;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string ascii_lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  // At most a third of the word can be wrong: "gpus_per_nodes" is near "gpus_per_node", "colour" is not near
  // "count".
  std::size_t nearest_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string found;
  for (const std::string& candidate : candidates) {
    std::size_t distance = edit_distance(word.substr(0, 100), candidate);
    if (distance < nearest_distance) {
      nearest_distance = distance;
      found = candidate;
    }
  }
  return found;
}

std::string shell_quote(std::string_view word) {
  if (word.find('\0') != std::string_view::npos)
    throw Error(ErrorKind::invalid, "a shell word cannot hold a NUL byte");
  std::string quoted = "'";
  for (char c : word) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

bool is_one_printable_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), is_ascii_control);
}

std::int64_t parse_whole_number(std::string_view text, std::int64_t least, std::int64_t most,
                                std::string_view object) {
  if (const auto number = whole_number<std::int64_t>(text, least, most)) return *number;
  throw Error(ErrorKind::invalid, fmt::format("{}{}must be a whole number from {} to {}", object,
                                              object.empty() ? "" : ": ", least, most));
}

std::int64_t parse_size(std::string_view text) {
  std::string_view digits = trim(text);
  std::int64_t number = 0;
  auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  std::string_view unit = trim(digits.substr(static_cast<std::size_t>(end - digits.data())));
  constexpr std::string_view letters = "KMGT";
  std::size_t power = 0;
  if (!unit.empty() && unit != "B")
    power = letters.find(static_cast<char>(std::toupper(unit[0]))) + 1;  // npos + 1 = 0
  bool unit_known =
      unit.empty() || unit == "B" ||
      (power > 0 && (unit.substr(1).empty() || unit.substr(1) == "B" || unit.substr(1) == "iB"));
  if (failed != std::errc{} || number < 0 || !unit_known ||
      number > (std::numeric_limits<std::int64_t>::max() >> (10 * power)))
    throw Error(ErrorKind::invalid, fmt::format("\"{}\" is not a size; write 4096, 1500M or 64 GiB", text));
  return number << (10 * power);
}

std::string format_size(std::int64_t bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

}  // namespace trainyard
