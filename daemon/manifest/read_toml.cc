#include "daemon/manifest/read_toml.h"

#include <toml++/toml.h>
#include <algorithm>

#include "daemon/manifest/text_guards.h"

namespace trainyard {
namespace {

// Source: converts a position of toml++ (line and column) to an offset in bytes and to a Place. toml++ counts
// columns in characters, Place in bytes. Two tables make this fast, because the position of each value of a
// text is converted, and all values can be on one line.
class Source {
 public:
  explicit Source(std::string_view text) : text_(text) {
    line_starts_.push_back(0);
    for (std::size_t at = 0; at < text.size(); ++at) {
      const bool begins_character = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
      if (begins_character) characters_.push_back(static_cast<std::uint32_t>(at));
      if (text[at] == '\n') line_starts_.push_back(characters_.size());
    }
    characters_.push_back(static_cast<std::uint32_t>(text.size()));
  }

  std::size_t offset(const toml::source_position& position) const {
    if (!is_known_line(position)) return text_.size();
    const std::size_t character =
        line_starts_[position.line - 1] + std::max<std::size_t>(position.column, 1) - 1;
    return characters_[std::min(character, characters_.size() - 1)];
  }

  Place place(const toml::source_position& position) const {
    if (!is_known_line(position)) return {};
    const std::size_t line_start = characters_[line_starts_[position.line - 1]];
    return {static_cast<int>(position.line), static_cast<int>(offset(position) - line_start) + 1};
  }

  std::string slice(const toml::source_region& region) const {
    std::size_t begin = offset(region.begin), end = offset(region.end);
    return end > begin ? excerpt(text_.substr(begin, end - begin)) : "";
  }

  std::string line_from(const toml::source_position& position) const {
    std::string_view rest = text_.substr(std::min(offset(position), text_.size()));
    return excerpt(rest.substr(0, rest.find('\n')));
  }

 private:
  bool is_known_line(const toml::source_position& position) const {
    return position.line >= 1 && position.line <= line_starts_.size();
  }

  std::string_view text_;
  std::vector<std::uint32_t> characters_;  // the first byte of each character, then the text's size
  std::vector<std::size_t> line_starts_;   // the index in characters_ of each line's first character
};

class Converter {
 public:
  Converter(const Source& source, Problems& problems) : source_(source), problems_(problems) {}

  Node convert(const toml::node& node, int depth = 0) {
    Node result{source_.place(node.source().begin), source_.slice(node.source()), {}};
    if (depth > most_nesting)
      problems_.add(result.place, result.text,
                    "nested deeper than " + std::to_string(most_nesting) + " levels");
    else if (const toml::table* table = node.as_table())
      result.value = convert(*table, depth);
    else if (const toml::array* array = node.as_array())
      result.value = convert(*array, depth);
    else
      set_scalar(node, result);
    return result;
  }

 private:
  Table convert(const toml::table& table, int depth) {
    Table entries;
    for (const auto& [key, value] : table)
      entries.push_back(
          {std::string(key.str()), source_.place(key.source().begin), convert(value, depth + 1)});
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry& a, const Entry& b) { return a.place < b.place; });
    return entries;
  }

  List convert(const toml::array& array, int depth) {
    List items;
    for (const toml::node& item : array) items.push_back(convert(item, depth + 1));
    return items;
  }

  static void set_scalar(const toml::node& node, Node& result) {
    if (const auto* boolean = node.as_boolean()) result.value = boolean->get();
    if (const auto* integer = node.as_integer()) result.value = integer->get();
    if (const auto* number = node.as_floating_point()) result.value = number->get();
    if (const auto* string = node.as_string()) result.value = string->get();
  }

  const Source& source_;
  Problems& problems_;
};

// Returns a hint for the user: the most common cause of this error message of toml++; empty if none is known.
std::string syntax_hint(const std::string& message) {
  auto says = [&](const char* words) { return message.find(words) != std::string::npos; };
  if (says("could not determine value type")) return "text stands in quotes: \"…\"";
  if (says("unescaped control characters"))
    return "a closing quote is missing on this line, or a text of several lines needs '''";
  if (says("cannot redefine existing")) return "each key, and each [table], is written once";
  if (says("encountered end-of-file")) return "something that was opened before is not closed";
  return "";
}

void add_syntax_problem(const toml::parse_error& error, const Source& source, Problems& problems) {
  std::string message(error.description());
  const std::string prefix = "Error while parsing ";
  if (message.starts_with(prefix)) message = "in this " + message.substr(prefix.size());
  const toml::source_position& begin = error.source().begin;
  problems.add(source.place(begin), source.line_from(begin), message, syntax_hint(message));
}

}  // namespace

std::optional<Node> read_toml(std::string_view text, Problems& problems) {
  const std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (!check_text(text, problems) || !check_toml_depth(text, problems)) return std::nullopt;

  const std::size_t problems_before = problems.count();
  Source source(text);
  try {
    Node root = Converter(source, problems).convert(toml::parse(text));
    if (problems.count() > problems_before) return std::nullopt;
    return root;
  } catch (const toml::parse_error& error) {
    add_syntax_problem(error, source, problems);
    return std::nullopt;
  }
}

}  // namespace trainyard
