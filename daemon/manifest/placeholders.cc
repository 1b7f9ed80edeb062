#include "daemon/manifest/placeholders.h"

#include <algorithm>

#include "daemon/base/text.h"

namespace trainyard {
namespace {

// Returns the name in the placeholder {name} that begins at `at`; empty if none begins there. A name has no
// braces, so the search for its end stops at the next brace: each byte of a text is read at most twice,
// however many braces the text has.
std::string_view placeholder_at(std::string_view text, std::size_t at) {
  if (text[at] != '{' || (at > 0 && text[at - 1] == '$')) return {};
  const std::size_t end = text.find_first_of("{}", at + 1);
  return end == std::string_view::npos || text[end] == '{' ? std::string_view{}
                                                           : text.substr(at + 1, end - at - 1);
}

bool is_plain_word(const std::string& text) {
  auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-+/:=,@%").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), plain);
}

}  // namespace

bool is_speakable(const Node& node) {
  const bool whole = !node.number() || node.text.size() < 40;  // the text of a longer one might be shortened
  return whole && (node.string() || !spoken_value(node).empty()) && is_one_printable_line(spoken_value(node));
}

std::string spoken_value(const Node& node) {
  if (const auto* string = node.string()) return *string;
  if (const auto* integer = node.integer()) return std::to_string(*integer);
  if (const auto* boolean = node.boolean()) return *boolean ? "true" : "false";
  if (!node.number()) return "";
  std::string digits = node.text;  // 0.10 stays 0.10
  std::erase(digits, '_');
  return digits;
}

std::optional<std::string> fill_placeholders(const std::string& text,
                                             const std::map<std::string, std::string>& values, bool for_shell,
                                             std::size_t most_bytes) {
  std::map<std::string_view, std::string> words;
  for (const auto& [name, value] : values)
    words[name] = for_shell && !is_plain_word(value) ? shell_quote(value) : value;
  std::string filled;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view name = placeholder_at(text, at);
    const auto word = name.empty() ? words.end() : words.find(name);
    const std::size_t length = word == words.end() ? 1 : name.size() + 2;
    const std::string_view added =
        word == words.end() ? std::string_view(text).substr(at, 1) : std::string_view(word->second);
    if (added.size() > most_bytes - filled.size()) return std::nullopt;
    filled += added;
    at += length;
  }
  return filled;
}

bool has_placeholder(const std::string& text, const std::string& name) {
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1))
    if (placeholder_at(text, at) == name) return true;
  return false;
}

}  // namespace trainyard
