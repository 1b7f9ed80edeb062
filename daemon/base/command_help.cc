#include "daemon/base/command_help.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr std::size_t width = 80;
constexpr std::size_t name_width = 22;

std::string shown_names(const Option& option) {
  std::vector<std::string> names = split(option.names, ',');
  std::reverse(names.begin(), names.end());  // the short name first, as people expect
  return (names.size() == 1 ? "    " : "") + join(names, ", ") +
         (option.value.empty() ? "" : ' ' + option.value);
}

std::string shown_doc(const Option& option) {
  return option.words.empty() ? option.doc : option.doc + ": " + join(option.words, ", ");
}

}  // namespace

std::string usage_line(const Syntax& syntax) {
  std::string text = "usage: " + syntax.name;
  for (const Argument& argument : syntax.arguments) {
    std::string name = argument.name + (argument.several ? "..." : "");
    text += argument.required ? ' ' + name : " [" + name + ']';
  }
  return text + (syntax.options.empty() ? "\n" : " [OPTIONS]\n");
}

std::string arguments_text(const std::vector<Argument>& arguments) {
  std::string text;
  for (const Argument& argument : arguments) text += two_columns(argument.name, argument.doc, name_width);
  return text;
}

std::string options_text(const std::vector<Option>& options) {
  std::string text;
  for (const Option& option : options)
    text += two_columns(shown_names(option), shown_doc(option), name_width);
  return text;
}

std::string two_columns(const std::string& left, const std::string& right, std::size_t left_width) {
  std::string text = fmt::format("  {:<{}}", left, left_width);
  std::size_t column = text.size();
  if (left.size() > left_width) {
    text += '\n';
    column = 0;
  }
  const std::size_t indent = left_width + 4;
  for (const std::string& word : split(right, ' ')) {
    if (column + 1 + word.size() > width && column > indent) {
      text += '\n';
      column = 0;
    }
    std::size_t gap = column < indent ? indent - column : 1;
    text += std::string(gap, ' ') + word;
    column += gap + word.size();
  }
  return text + '\n';
}

std::string wrapped(const std::string& paragraph) {
  std::string text;
  std::size_t column = 0;
  for (const std::string& word : split(paragraph, ' ')) {
    bool fits = column + 1 + word.size() <= width;
    if (column > 0) text += fits ? ' ' : '\n';
    column = (column > 0 && fits ? column + 1 : 0) + word.size();
    text += word;
  }
  return text + '\n';
}

}  // namespace trainyard
