#include "daemon/cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/cli/commands.h"

namespace trainyard {
namespace {

// What CLI11 found for one table of options and arguments.
class Parser {
 public:
  explicit Parser(const std::string& name) : app_("", name) {
    app_.set_help_flag();  // help is drawn from our table, and must not be stopped by a missing argument
    app_.allow_extras();
  }

  void add(const Option& option) {
    if (option.value.empty())
      app_.add_flag_function(option.names,
                             [this, name = option.long_name()](std::int64_t) { found_.add(name, "true"); });
    else
      app_.add_option_function<std::string>(
              option.names,
              [this, name = option.long_name()](const std::string& value) { found_.add(name, value); })
          ->trigger_on_parse();  // each time it is given, with its one value
  }

  // What is neither an option nor the value of one: arguments, and options that are not known.
  std::vector<std::string> parse(std::vector<std::string> words) {
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
    app_.parse(words);
    return app_.remaining();
  }

  const Arguments& found() const { return found_; }

 private:
  CLI::App app_;
  Arguments found_;
};

std::vector<std::string> option_names(const Command& command) {
  std::vector<std::string> names;
  for (const auto* options : {&command.options, &global_options()})
    for (const Option& option : *options) names.push_back(option.long_name());
  return names;
}

std::vector<std::string> command_words() {
  std::vector<std::string> words;
  for (const Command& command : all_commands()) words.push_back(command.name);
  return words;
}

// The first word that is neither an option nor the value of a global one, and the one after it.
std::size_t index_of_command(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with('-')) return i;
    for (const Option& option : global_options())
      if (!option.value.empty() && words[i] == option.long_name()) ++i;
  }
  return words.size();
}

// Takes the command's words, one or more, out of `words`.
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

[[noreturn]] void refuse(const std::string& word, const Command& command) {
  const std::string who = command.name.empty() ? "trainyard" : "trainyard " + command.name;
  if (!word.starts_with('-') || word == "-")
    throw Error(ErrorKind::invalid,
                fmt::format("{0}: {1} is an argument too many\nsee {0} --help", who, word));
  std::string name = word.substr(0, word.find('='));
  throw Error(ErrorKind::invalid, fmt::format("{0} has no option {1}{2}\nsee {0} --help", who, name,
                                              did_you_mean(name, option_names(command))));
}

// Each word to the next argument of the command; the last one may take several.
void add_arguments(const std::vector<std::string>& words, const Command& command, Arguments& into) {
  std::size_t next = 0;
  for (const std::string& word : words) {
    bool is_option = word.starts_with('-') && word != "-";
    if (is_option || next == command.arguments.size()) refuse(word, command);
    into.add(command.arguments[next].name, word);
    if (!command.arguments[next].several) ++next;
  }
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& given) {
  CommandLine line;
  std::vector<std::string> words = given;
  take_command(words, line);

  const Command none;
  const Command& command = line.command ? *line.command : none;
  Parser parser("trainyard");
  for (const Option& option : global_options()) parser.add(option);
  for (const Option& option : command.options) parser.add(option);
  try {
    std::vector<std::string> rest = parser.parse(words);
    line.arguments = parser.found();
    add_arguments(rest, command, line.arguments);
  } catch (const CLI::ParseError& e) {
    throw Error(ErrorKind::invalid, fmt::format("trainyard {}: {}", command.name, e.what()));
  }
  line.wants_help = line.arguments.has("--help");
  line.wants_version = line.arguments.has("--version");
  line.completion = line.arguments.text("--completion");
  line.socket = line.arguments.text("--socket");
  line.host = line.arguments.text("--host");
  if (line.command && !line.wants_help && !line.wants_version) line.arguments.check(command);
  return line;
}

}  // namespace trainyard
