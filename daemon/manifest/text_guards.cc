#include "daemon/manifest/text_guards.h"

#include <utf8cpp/utf8.h>

#include <algorithm>

namespace trainyard {
namespace {

Place place_of(std::string_view text, std::size_t offset) {
  std::string_view before = text.substr(0, offset);
  std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<int>(offset - line_start) + 1};
}

// Returns the end of the TOML string whose opening quote is at `start`. A string that is not closed ends with
// its line or, with three quotes, with the text. toml++ stops there with an error, so the text behind it need
// not be checked.
std::size_t end_of_string(std::string_view text, std::size_t start) {
  const char quote = text[start];
  const bool escapes = quote == '"';
  const std::string delimiter(3, quote);
  const bool multiline = text.substr(start, 3) == delimiter;
  std::size_t at = start + (multiline ? 3 : 1);
  for (; at < text.size(); ++at) {
    if (escapes && text[at] == '\\')
      ++at;
    else if (!multiline && (text[at] == quote || text[at] == '\n'))
      return at + 1;
    else if (multiline && text.substr(at, 3) == delimiter)
      break;
  }
  if (at >= text.size()) return text.size();
  at += 3;
  // One or two quotes can come right before the three closing quotes: """a""""" is the string a"".
  for (int extra = 0; extra < 2 && at < text.size() && text[at] == quote; ++extra) ++at;
  return at;
}

std::size_t end_of_line(std::string_view text, std::size_t start) {
  return std::min(text.find('\n', start), text.size());
}

}  // namespace

bool check_text(std::string_view text, Problems& problems) {
  if (text.size() > most_text_bytes) {
    problems.add({}, "",
                 "the text is " + std::to_string(text.size()) + " bytes long; at most " +
                     std::to_string(most_text_bytes) + " are read",
                 "data and code belong in files of their own");
    return false;
  }
  if (std::size_t at = text.find('\0'); at != std::string_view::npos) {
    problems.add(place_of(text, at), "", "a NUL byte: this is not a text file");
    return false;
  }
  if (const auto invalid = utf8::find_invalid(text.begin(), text.end()); invalid != text.end()) {
    const auto offset = static_cast<std::size_t>(invalid - text.begin());
    problems.add(place_of(text, offset), "", "not UTF-8", "save the file in UTF-8");
    return false;
  }
  return true;
}

bool check_toml_depth(std::string_view text, Problems& problems) {
  int nesting = 0, dots = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = end_of_string(text, at);
      continue;
    }
    if (c == '#') {
      at = end_of_line(text, at);
      continue;
    }
    if (c == '[' || c == '{') ++nesting;
    if (c == ']' || c == '}') --nesting;
    if (c == '.') ++dots;
    if (std::string_view("[]{}=,\n").find(c) != std::string_view::npos) dots = 0;
    if (nesting > most_nesting) {
      problems.add(place_of(text, at), std::string(1, c),
                   "nested deeper than " + std::to_string(most_nesting) + " levels");
      return false;
    }
    if (dots >= most_key_parts) {
      problems.add(place_of(text, at), "",
                   "a dotted key of more than " + std::to_string(most_key_parts) + " parts");
      return false;
    }
    ++at;
  }
  return true;
}

}  // namespace trainyard
