// trainyard: the command line. Catches every error, prints it and returns its exit code.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "daemon/base/exit_code.h"
#include "daemon/base/printable.h"
#include "daemon/cli/command_line.h"
#include "daemon/cli/context.h"
#include "daemon/cli/diagnostics.h"
#include "daemon/cli/help.h"

namespace trainyard {
namespace {

// Prints the help and returns the exit code: 0 after --help. Without --help the command was incomplete, so
// the exit code is that of an error.
int print_help(const Context& context, const CommandLine& line) {
  context.print(line.command         ? help_of(*line.command)
                : line.group.empty() ? help_overview()
                                     : help_group(line.group));
  return line.wants_help ? 0 : exit_code_of(ErrorKind::invalid);
}

int perform(const CommandLine& line, Context& context) {
  if (line.wants_version) return context.print("trainyard " TRAINYARD_VERSION "\n"), 0;
  if (line.completion == "bash") return context.print(bash_completion()), 0;
  if (!line.completion.empty())
    throw Error(ErrorKind::invalid, "no completion for " + line.completion + "; there is one for bash");
  if (line.wants_help || line.command == nullptr) return print_help(context, line);
  return line.command->run(context, line.arguments);
}

int run(const std::vector<std::string>& words) {
  Terminal terminal = Terminal::detect();
  std::map<std::string, std::string> sources;
  try {
    CommandLine line = parse_command_line(words);
    Context context(line.socket, line.host, terminal);
    try {
      return perform(line, context);
    } catch (...) {
      sources = std::move(context.sources);
      throw;
    }
  } catch (const Error& e) {
    std::fputs(render(e, sources, terminal.colour).c_str(), stderr);
    return exit_code_of(e.kind());
  } catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\nthis is a fault of trainyard itself\n",
                 printable_lines(e.what()).c_str());
    return exit_code_of(ErrorKind::internal);
  }
}

}  // namespace
}  // namespace trainyard

int main(int count, char** words) { return trainyard::run({words + 1, words + count}); }
