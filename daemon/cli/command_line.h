// From the words of a command line to a command and its arguments.
#pragma once
#include <string>
#include <vector>

#include "daemon/cli/command.h"

namespace trainyard {

struct CommandLine {
  const Command* command = nullptr;  // nullptr: only a global option was given, or nothing
  std::string group;                 // "report" where its second word is missing
  Arguments arguments;
  bool wants_help = false;
  bool wants_version = false;
  std::string completion;  // a shell
  std::string socket;      // empty: not given
  std::string host;        // empty: not given
};

// `words` without the program's name. Error{invalid} names what was not understood and what may be meant.
CommandLine parse_command_line(const std::vector<std::string>& words);

}  // namespace trainyard
