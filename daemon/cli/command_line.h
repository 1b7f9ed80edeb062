// Finds the command in the words of a command line, and parses its arguments and options.
#pragma once
#include <string>
#include <vector>

#include "daemon/cli/command.h"

namespace trainyard {

struct CommandLine {
  const Command* command = nullptr;  // nullptr: only a global option was given, or nothing
  std::string group;                 // "report" of "report usage", or without the second word
  Arguments arguments;
  bool wants_help = false;
  bool wants_version = false;
  std::string completion;  // the shell whose completion script is asked for; empty: none
  std::string socket;      // empty: not given
  std::string host;        // empty: not given
};

// `words` does not contain the program's name. Throws Error{invalid} that names an unknown command or option
// and a similar known one.
CommandLine parse_command_line(const std::vector<std::string>& words);

}  // namespace trainyard
