// What the command line understands, as values: help, completion, the parser and the manual's test are all
// drawn from these.
#pragma once
#include <string>
#include <vector>

namespace trainyard {

class Arguments;
class Context;

// What the shell completes.
enum class Completes { nothing, files, directories };

struct Option {
  std::string names;               // "--follow,-f": the long one first
  std::string value;               // "STATE"; empty: a switch
  std::string doc;                 // one line
  std::vector<std::string> words;  // what the value may be; empty: anything
  bool several = false;            // may be repeated, or hold a list with commas
  Completes completes = Completes::nothing;

  std::string long_name() const { return names.substr(0, names.find(',')); }
};

struct Argument {
  std::string name;  // "RUN"
  std::string doc;
  bool required = true;
  bool several = false;
  Completes completes = Completes::nothing;
};

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
