// The words of a command line, read against a table of what the program understands. Every program of ours
// reads its words so, but for the broker, which links nothing.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace trainyard {

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
  bool several = false;  // the last one may
  Completes completes = Completes::nothing;
};

struct Syntax {
  std::string name;  // "trainyard submit": errors begin with it, and point to its --help
  std::vector<Argument> arguments;
  std::vector<Option> options;
};

// What was given, by the names of the table: "--state", "RUN".
class Arguments {
 public:
  void add(const std::string& name, const std::string& value) { given_[name].push_back(value); }

  bool has(const std::string& name) const { return given_.contains(name); }
  std::string text(const std::string& name, const std::string& otherwise = "") const;  // the last one given
  std::vector<std::string> all(const std::string& name) const;

  // Error{invalid} with the range, unless it is a whole number from `least` to `most`.
  std::int64_t integer(const std::string& name, std::int64_t otherwise, std::int64_t least,
                       std::int64_t most) const;

  // The values of an option that takes a list: "--by user,plan --by month" is {"user", "plan", "month"}.
  std::vector<std::string> list(const std::string& name) const;

 private:
  std::map<std::string, std::vector<std::string>> given_;
};

// Reads the words behind the program's name as getopt_long(3) does: options before, between and behind the
// arguments, "--name=value", "--name value", "-n value", "-ab", beginnings of long names, and "--" before
// arguments that begin with "-". Error{invalid} names an unknown option with what may be meant, a value that
// is missing or too much, and an argument too many. Arguments that are missing are found by check_complete(),
// so that --help works without them. For the main thread: getopt_long keeps its place in globals.
Arguments parse_words(const Syntax& syntax, const std::vector<std::string>& words);

// Error{invalid} for a required argument that is missing, or a value that is none of its option's words.
void check_complete(const Syntax& syntax, const Arguments& arguments);

// "; did you mean submit?", or nothing when no candidate is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace trainyard
