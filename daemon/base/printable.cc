#include "daemon/base/printable.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

namespace trainyard {
namespace {

// The character that a text begins with.
struct Character {
  std::size_t bytes = 1;
  std::uint32_t code_point = 0;
  bool is_utf8 = false;  // false: the one byte is no part of any character
};

// How many bytes a character begun by this one has; 0 for a byte that begins none.
std::size_t length_from(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

bool is_well_formed(std::uint32_t code_point, std::size_t bytes) {
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  return code_point >= least[bytes] && code_point <= 0x10ffff && !is_surrogate;
}

Character first_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = length_from(first);
  if (length == 0 || length > text.size()) return {1, first, false};
  std::uint32_t code_point = length == 1 ? first : first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return {1, first, false};
    code_point = code_point << 6 | (next & 0x3fU);
  }
  if (!is_well_formed(code_point, length)) return {1, first, false};
  return {length, code_point, true};
}

bool is_control(std::uint32_t c) { return c < 0x20 || (c >= 0x7f && c <= 0x9f); }

// Marks, embeddings, overrides and isolates of the bidirectional algorithm.
bool is_direction_mark(std::uint32_t c) {
  return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

bool is_line_separator(std::uint32_t c) { return c == 0x2028 || c == 0x2029; }

bool is_harmless(const Character& c) {
  return c.is_utf8 && !is_control(c.code_point) && !is_direction_mark(c.code_point) &&
         !is_line_separator(c.code_point);
}

// Copies the text; what is neither harmless nor among `kept` becomes what `shown` makes of it.
template <class Shown>
std::string with_replaced(std::string_view text, std::string_view kept, Shown shown) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character c = first_character(text);
    if (is_harmless(c) || kept.find(text[0]) != std::string_view::npos)
      result += text.substr(0, c.bytes);
    else
      result += shown(c);
    text.remove_prefix(c.bytes);
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

// The bytes of a change of colour that the text begins with, ESC [ 1;31 m; 0 where there is none.
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
