#include "daemon/base/printable.h"

#include <fmt/format.h>
#include <utf8cpp/utf8.h>

#include <cstddef>
#include <cstdint>

namespace trainyard {
namespace {

// A Unicode character, or a byte that is not part of valid UTF-8.
struct Character {
  std::uint32_t code_point;
  bool is_utf8 = true;
};

bool is_control(std::uint32_t c) { return c < 0x20 || (c >= 0x7f && c <= 0x9f); }

// Returns true for the marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm.
bool is_direction_mark(std::uint32_t c) {
  return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

bool is_line_separator(std::uint32_t c) { return c == 0x2028 || c == 0x2029; }

bool is_harmless(std::uint32_t c) { return !is_control(c) && !is_direction_mark(c) && !is_line_separator(c); }

// Copies the text. Replaces bytes that are not UTF-8, and characters that could harm a terminal and are not
// in `kept`, by the result of `shown`.
template <class Shown>
std::string with_replaced(std::string_view text, std::string_view kept, Shown shown) {
  std::string result;
  result.reserve(text.size());
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    for (const char* const valid_end = utf8::find_invalid(at, end); at != valid_end;) {
      const char* const begin = at;
      const std::uint32_t code_point = utf8::unchecked::next(at);
      if (is_harmless(code_point) || kept.find(*begin) != std::string_view::npos)
        result.append(begin, at);
      else
        result += shown(Character{code_point});
    }
    if (at != end) result += shown(Character{static_cast<unsigned char>(*at++), false});
  }
  return result;
}

std::string question_mark(const Character&) { return "?"; }

std::string escape_of(const Character& c) {
  if (c.is_utf8 && c.code_point == '\n') return "\\n";
  if (c.is_utf8 && c.code_point == '\r') return "\\r";
  if (c.is_utf8 && c.code_point == '\t') return "\\t";
  return c.is_utf8 && c.code_point >= 0x80 ? fmt::format("\\u{:04x}", c.code_point)
                                           : fmt::format("\\x{:02x}", c.code_point);
}

// Returns the length of the colour sequence (ESC [ 1;31 m) at the beginning of the text; 0 if there is none.
std::size_t length_of_colour(std::string_view text) {
  if (!text.starts_with("\033[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;:", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

std::string without_colours(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t escape = text.find('\033');
    result += text.substr(0, escape);
    if (escape == std::string_view::npos) break;
    text.remove_prefix(escape);
    const std::size_t colour = length_of_colour(text);
    if (colour == 0) result += text[0];
    text.remove_prefix(colour == 0 ? 1 : colour);
  }
  return result;
}

}  // namespace

std::string printable(std::string_view text) { return with_replaced(text, "\t", question_mark); }

std::string escaped(std::string_view text) { return with_replaced(text, "", escape_of); }

std::string printable_lines(std::string_view text) {
  return with_replaced(without_colours(text), "\n\r\t", question_mark);
}

}  // namespace trainyard
