// Small pure functions on text. They ignore the locale and work on bytes.
#pragma once
#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trainyard {

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
std::string ascii_lower(std::string text);  // changes only A to Z

// Returns the candidate that is most similar to a mistyped word; empty if no candidate is similar enough.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// Quotes a word, as in 'it'\''s', so that sh reads exactly these bytes as one word. Throws Error{invalid} on
// NUL.
std::string shell_quote(std::string_view word);

// Returns true if the text has no NUL, newlines or other ASCII control characters, which could end a line of
// a script or a log.
bool is_one_printable_line(std::string_view text);

// Parses the whole text as a decimal number, with "-" if it is negative. Returns nothing unless the text is a
// whole number from `least` to `most`.
template <std::integral Number>
std::optional<Number> whole_number(std::string_view text, Number least = std::numeric_limits<Number>::min(),
                                   Number most = std::numeric_limits<Number>::max()) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_all = error == std::errc() && end == text.data() + text.size();
  return is_all && number >= least && number <= most ? std::optional(number) : std::nullopt;
}

// Does the same as whole_number(), but throws Error{invalid} "OBJECT: must be a whole number from 1 to 10",
// without "OBJECT: " if `object` is empty.
std::int64_t parse_whole_number(std::string_view text, std::int64_t least, std::int64_t most,
                                std::string_view object = "");

// Parses a size such as "64 GiB", "1500M" or "4096" and returns bytes; K, M, G, T (and KiB …) are powers of
// 1024. Throws Error{invalid} for any other text.
std::int64_t parse_size(std::string_view text);
std::string format_size(std::int64_t bytes);  // "1.5 GiB"

}  // namespace trainyard
