#include "daemon/cli/help.h"

#include <fmt/format.h>

#include "daemon/base/command_help.h"
#include "daemon/cli/commands.h"

namespace trainyard {
namespace {

std::string commands_text(const std::string& prefix) {
  std::string text;
  for (const Command& command : all_commands())
    if (command.name.starts_with(prefix)) text += two_columns(command.name, command.summary, 13);
  return text;
}

}  // namespace

std::string help_overview() {
  return "usage: trainyard COMMAND ...\n\n"
         "Submits training runs, described by manifests, to the cluster; shows them, and fetches their "
         "results.\n\n"
         "commands:\n" +
         commands_text("") + "\noptions:\n" + options_text(global_options()) +
         "\nfirst steps:\n"
         "  trainyard init                             write a first manifest, training.toml\n"
         "  trainyard submit training.toml --dry-run   check it, and show its jobs and GPUs\n"
         "  trainyard submit training.toml --wait      train, and watch\n"
         "\nA RUN is written 42 or training-42. Manual: man trainyard, man trainyard-manifest\n";
}

std::string help_group(const std::string& group) {
  return fmt::format("usage: trainyard {} COMMAND ...\n\ncommands:\n{}", group, commands_text(group + ' '));
}

std::string help_of(const Command& command) {
  std::string text = usage_line({"trainyard " + command.name, command.arguments, command.options}) + '\n' +
                     command.summary + ".\n";
  if (!command.description.empty()) text += '\n' + wrapped(command.description);
  if (!command.arguments.empty()) text += "\narguments:\n" + arguments_text(command.arguments);
  if (!command.options.empty()) text += "\noptions:\n" + options_text(command.options);
  text += command.examples.size() == 1 ? "\nexample:\n" : "\nexamples:\n";
  for (const Example& example : command.examples)
    text += fmt::format("  {}\n      {}\n", example.line, example.doc);
  return text;
}

}  // namespace trainyard
