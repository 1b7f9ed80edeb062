#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "daemon/base/text.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/help.h"

namespace trainyard {
namespace {

std::string option_words(const std::vector<Option>& options) {
  std::vector<std::string> words;
  for (const Option& option : options)
    for (const std::string& name : split(option.names, ',')) words.push_back(name);
  return join(words, " ");
}

std::string compgen(Completes completes) {
  switch (completes) {
    case Completes::files:
      return "COMPREPLY=($(compgen -f -- \"$cur\"))";
    case Completes::directories:
      return "COMPREPLY=($(compgen -d -- \"$cur\"))";
    case Completes::nothing:
      break;
  }
  return "COMPREPLY=()";
}

// Returns the branches of a `case` in bash that complete the values of a command's options: "    'submit
// --state') …".
std::string value_cases(const std::string& command, const std::vector<Option>& options) {
  std::string text;
  for (const Option& option : options) {
    if (option.value.empty()) continue;
    for (const std::string& name : split(option.names, ','))
      text += fmt::format("    '{} {}') {}; return ;;\n", command, name,
                          option.words.empty() ? compgen(option.completes)
                                               : fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$cur\"))",
                                                             join(option.words, " ")));
  }
  return text;
}

std::string argument_case(const Command& command) {
  Completes completes = Completes::nothing;
  for (const Argument& argument : command.arguments)
    if (argument.completes != Completes::nothing) completes = argument.completes;
  return fmt::format("    '{}') options='{}'; {} ;;\n", command.name, option_words(command.options),
                     compgen(completes));
}

// Returns which words can follow the first words of commands with several words: "admin plan" → {"apply",
// "diff"}.
std::map<std::string, std::set<std::string>> words_of_groups() {
  std::map<std::string, std::set<std::string>> groups;
  for (const Command& command : all_commands()) {
    std::string group;
    for (const std::string& word : split(command.name, ' ')) {
      if (!group.empty()) groups[group].insert(word);
      group += (group.empty() ? "" : " ") + word;
    }
  }
  return groups;
}

std::string group_cases() {
  std::string text;
  for (const auto& [group, words] : words_of_groups())
    text += fmt::format("    '{}') COMPREPLY=($(compgen -W '{}' -- \"$cur\")); return ;;\n", group,
                        fmt::join(words, " "));
  return text;
}

std::string first_words() {
  std::set<std::string> words;
  for (const Command& command : all_commands()) words.insert(command.name.substr(0, command.name.find(' ')));
  return join({words.begin(), words.end()}, " ");
}

std::string group_pattern() {
  std::vector<std::string> patterns;
  for (const auto& [group, words] : words_of_groups()) patterns.push_back('\'' + group + '\'');
  return join(patterns, " | ");
}

}  // namespace

std::string bash_completion() {
  std::string values = value_cases("*", global_options()), arguments;
  for (const Command& command : all_commands()) {
    values += value_cases(command.name, command.options);
    arguments += argument_case(command);
  }
  // bash takes the '*' as "any command" only outside the quotes.
  for (std::size_t at; (at = values.find("'* ")) != std::string::npos;) values.replace(at, 3, "*' ");
  return "# Completion of trainyard(1) for bash; made by `trainyard --completion bash`.\n"
         "_trainyard() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= options= word i\n"
         "  COMPREPLY=()\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    word=${COMP_WORDS[i]}\n"
         "    case $word in\n"
         "    --socket | --host) ((i++)); continue ;;\n"
         "    -*) continue ;;\n"
         "    esac\n"
         "    case $command in\n"
         "    '') command=$word ;;\n"
         "    " +
         group_pattern() +
         ") command+=\" $word\" ;;\n"
         "    *) break ;;\n"
         "    esac\n"
         "  done\n"
         "  case \"$command $prev\" in\n" +
         values +
         "  esac\n"
         "  case $command in\n"
         "    '') COMPREPLY=($(compgen -W '" +
         first_words() + "' -- \"$cur\")) ;;\n" + group_cases() + arguments +
         "  esac\n"
         "  if [[ $cur == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$options " +
         option_words(global_options()) +
         "\" -- \"$cur\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _trainyard trainyard\n";
}

}  // namespace trainyard
