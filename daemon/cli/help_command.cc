// trainyard help: prints the same texts as --help.
#include <fmt/format.h>

#include "daemon/base/command_line.h"
#include "daemon/base/text.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/help.h"

namespace trainyard {
namespace {

int run_help(Context& context, const Arguments& arguments) {
  std::string name = join(arguments.all("COMMAND"), " ");
  const Command* command = find_command(name);
  if (!name.empty() && command == nullptr && !is_command_group(name))
    throw Error(ErrorKind::invalid, "trainyard has no command " + name + "; see trainyard --help");
  context.print(command ? help_of(*command) : name.empty() ? help_overview() : help_group(name));
  return 0;
}

}  // namespace

Command help_command() {
  return {"help",  "Explain a command, or all of them",
          "",      {{"COMMAND", "a command, as in: trainyard help report usage", false, true}},
          {},      {{"trainyard help submit", "the same as trainyard submit --help"}},
          run_help};
}

}  // namespace trainyard
