// Text: small pure helpers. No locale, bytes are bytes.
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
std::string ascii_lower(std::string text);  // A to Z alone

// The candidate nearest to a mistyped word, or empty when none is near enough to be what was meant.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// 'it'\''s', so that sh reads exactly these bytes as one word. Error{invalid} on NUL.
std::string shell_quote(std::string_view word);

// False for NUL, newlines and other control characters: nothing that could end a line of a script or a log.
bool is_one_printable_line(std::string_view text);

// The whole number from `least` to `most` that all of the text is, in decimal; with "-" where it is negative.
template <std::integral Number>
std::optional<Number> whole_number(std::string_view text, Number least = std::numeric_limits<Number>::min(),
                                   Number most = std::numeric_limits<Number>::max()) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_all = error == std::errc() && end == text.data() + text.size();
  return is_all && number >= least && number <= most ? std::optional(number) : std::nullopt;
}

// The same; Error{invalid} "must be a whole number from 1 to 10", behind the name of its `object` and ": "
// unless that is empty.
std::int64_t parse_whole_number(std::string_view text, std::int64_t least, std::int64_t most,
                                std::string_view object = "");

// "64 GiB", "1500M", "4096": bytes; K, M, G, T (and KiB …) are powers of 1024. Error{invalid} otherwise.
std::int64_t parse_size(std::string_view text);
std::string format_size(std::int64_t bytes);  // "1.5 GiB"

}  // namespace trainyard
