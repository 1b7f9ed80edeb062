#include "daemon/cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/text.h"
#include "daemon/cli/commands.h"

namespace trainyard {
namespace {

constexpr std::size_t width = 80;

// Two columns, the right one wrapped at words.
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

std::string shown_names(const Option& option) {
  std::vector<std::string> names = split(option.names, ',');
  std::reverse(names.begin(), names.end());  // the short one first, as people expect
  return (names.size() == 1 ? "    " : "") + join(names, ", ") +
         (option.value.empty() ? "" : ' ' + option.value);
}

std::string shown_doc(const Option& option) {
  return option.words.empty() ? option.doc : option.doc + ": " + join(option.words, ", ");
}

std::string options_text(const std::vector<Option>& options) {
  std::string text;
  for (const Option& option : options) text += two_columns(shown_names(option), shown_doc(option), 22);
  return text;
}

std::string usage_line(const Command& command) {
  std::string text = "usage: trainyard " + command.name;
  for (const Argument& argument : command.arguments) {
    std::string name = argument.name + (argument.several ? "..." : "");
    text += argument.required ? ' ' + name : " [" + name + ']';
  }
  return text + (command.options.empty() ? "\n" : " [OPTIONS]\n");
}

std::string commands_text(const std::string& prefix) {
  std::string text;
  for (const Command& command : all_commands())
    if (command.name.starts_with(prefix)) text += two_columns(command.name, command.summary, 13);
  return text;
}

}  // namespace

std::string help_overview() {
  return "usage: trainyard COMMAND ...\n\n"
         "Trains models on the cluster: a manifest says what, Slurm says when.\n\n"
         "commands:\n" +
         commands_text("") + "\noptions:\n" + options_text(global_options()) +
         "\nfirst steps:\n"
         "  trainyard init                             write a first manifest, training.toml\n"
         "  trainyard submit training.toml --dry-run   what it would take\n"
         "  trainyard submit training.toml --wait      train, and watch\n"
         "\nA RUN is written 42 or training-42. Manual: man trainyard, man trainyard-manifest\n";
}

std::string help_group(const std::string& group) {
  return fmt::format("usage: trainyard {} COMMAND ...\n\ncommands:\n{}", group, commands_text(group + ' '));
}

std::string help_of(const Command& command) {
  std::string text = usage_line(command) + '\n' + command.summary + ".\n";
  if (!command.description.empty()) text += '\n' + wrapped(command.description);
  if (!command.arguments.empty()) text += "\narguments:\n";
  for (const Argument& argument : command.arguments) text += two_columns(argument.name, argument.doc, 22);
  if (!command.options.empty()) text += "\noptions:\n" + options_text(command.options);
  text += command.examples.size() == 1 ? "\nexample:\n" : "\nexamples:\n";
  for (const Example& example : command.examples)
    text += fmt::format("  {}\n      {}\n", example.line, example.doc);
  return text;
}

}  // namespace trainyard
