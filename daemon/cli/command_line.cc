#include "daemon/cli/command_line.h"

#include <fmt/format.h>

#include "daemon/base/error.h"
#include "daemon/cli/commands.h"

namespace trainyard {
namespace {

std::vector<std::string> command_words() {
  std::vector<std::string> words;
  for (const Command& command : all_commands()) words.push_back(command.name);
  return words;
}

// Returns the index of the first word that is neither an option nor the value of a global option; the number
// of words if there is none.
std::size_t index_of_command(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with('-')) return i;
    for (const Option& option : global_options())
      if (!option.value.empty() && words[i] == option.long_name()) ++i;
  }
  return words.size();
}

// Finds the command in `words`, sets `line.command` and `line.group`, and removes the command's words, one or
// more, from `words`.
void take_command(std::vector<std::string>& words, CommandLine& line) {
  std::size_t at = index_of_command(words);
  if (at == words.size()) return;
  std::string name = words[at];
  auto end = words.begin() + static_cast<std::ptrdiff_t>(at) + 1;
  while (is_command_group(name)) {
    line.group = name;
    if (end == words.end() || end->starts_with('-')) break;
    name += ' ' + *end++;
  }
  line.command = find_command(name);
  if (line.command == nullptr && name != line.group)
    throw Error(ErrorKind::invalid, fmt::format("trainyard has no command {}{}\nsee trainyard --help", name,
                                                did_you_mean(name, command_words())));
  words.erase(words.begin() + static_cast<std::ptrdiff_t>(at), end);
}

Syntax syntax_of(const Command& command) {
  Syntax syntax{command.name.empty() ? "trainyard" : "trainyard " + command.name, command.arguments,
                command.options};
  syntax.options.insert(syntax.options.end(), global_options().begin(), global_options().end());
  return syntax;
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& given) {
  CommandLine line;
  std::vector<std::string> words = given;
  take_command(words, line);

  const Syntax syntax = syntax_of(line.command ? *line.command : Command{});
  line.arguments = parse_words(syntax, words);
  line.wants_help = line.arguments.has("--help");
  line.wants_version = line.arguments.has("--version");
  line.completion = line.arguments.text("--completion");
  line.socket = line.arguments.text("--socket");
  line.host = line.arguments.text("--host");
  if (line.command && !line.wants_help && !line.wants_version) check_complete(syntax, line.arguments);
  return line;
}

}  // namespace trainyard
