// Command: describes a command of the command line: its name, arguments, options, help text and function.
// Help, completion, the parser and the test of the manual all use these values.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/command_line.h"

namespace trainyard {

class Context;

struct Example {
  std::string line;  // "trainyard submit digits.toml --wait"
  std::string doc;
};

struct Command {
  std::string name;         // "submit", "report usage"
  std::string summary;      // one line
  std::string description;  // paragraphs
  std::vector<Argument> arguments;
  std::vector<Option> options;
  std::vector<Example> examples;                                       // at least one
  int (*run)(Context& context, const Arguments& arguments) = nullptr;  // the exit code; throws Error
};

inline Option json_option() {
  return {"--json", "", "print the daemon's JSON instead, a line per object", {}};
}

}  // namespace trainyard
