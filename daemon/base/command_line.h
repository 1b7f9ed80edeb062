// Reads the words of a command line by a table of the program's options and arguments. trainyardd, trainyard,
// the agent and the deputies use it; the broker does not, because it links none of our libraries.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace trainyard {

// What the shell's completion suggests for an argument or an option's value.
enum class Completes { nothing, files, directories };

struct Option {
  std::string names;               // "--follow,-f": the long name first
  std::string value;               // "STATE", for --help; empty: the option takes no value
  std::string doc;                 // one line
  std::vector<std::string> words;  // the allowed values; empty: any value
  bool several = false;            // the option can be repeated, or have a list with commas as its value
  Completes completes = Completes::nothing;

  std::string long_name() const { return names.substr(0, names.find(',')); }
};

struct Argument {
  std::string name;  // "RUN"
  std::string doc;
  bool required = true;
  bool several = false;  // takes all remaining words; only for the last argument
  Completes completes = Completes::nothing;
};

struct Syntax {
  std::string name;  // "trainyard submit"; errors begin with this name and refer to its --help
  std::vector<Argument> arguments;
  std::vector<Option> options;
};

// The options and arguments that a command line has, by their names in the table: "--state", "RUN".
class Arguments {
 public:
  void add(const std::string& name, const std::string& value) { given_[name].push_back(value); }

  bool has(const std::string& name) const { return given_.contains(name); }
  std::string text(const std::string& name, const std::string& otherwise = "") const;  // the last value
  std::vector<std::string> all(const std::string& name) const;

  // Returns the value as a number, or `otherwise` if the option was not given. Throws Error{invalid}, which
  // names the range, if the value is not a whole number from `least` to `most`.
  std::int64_t integer(const std::string& name, std::int64_t otherwise, std::int64_t least,
                       std::int64_t most) const;

  // Returns the values of an option that takes a list: {"user", "plan", "month"} for "--by user,plan --by
  // month".
  std::vector<std::string> list(const std::string& name) const;

 private:
  std::map<std::string, std::vector<std::string>> given_;
};

// Reads the words after the program's name as getopt_long(3) does: options before, between and after the
// arguments, "--name=value", "--name value", "-n value", "-ab", abbreviated long names, and "--" before
// arguments that begin with "-". Throws Error{invalid} for an unknown option (with a suggestion), for a
// missing or superfluous value, and for too many arguments. Missing arguments are found by check_complete(),
// so that --help works without them. For the main thread only, because getopt_long keeps its state in
// globals.
Arguments parse_words(const Syntax& syntax, const std::vector<std::string>& words);

// Throws Error{invalid} if a required argument is missing, or if a value is not one of its option's `words`.
void check_complete(const Syntax& syntax, const Arguments& arguments);

// Returns "; did you mean submit?", or an empty string if no candidate is similar to `word`.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace trainyard
