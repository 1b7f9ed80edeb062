// The table of all options of sbatch(1), Slurm 22.05. An option in a batch script is kept or refused as the
// table says; options that are not in the table are errors. A test compares trainyard-sbatch(5) with the
// table.
#pragma once
#include <span>
#include <string>

#include "daemon/base/json.h"

namespace trainyard::sbatch {

enum class Argument {
  none,
  required,  // --nodes=2, --nodes 2, -N2, -N 2
  optional,  // --nice=10, -koff: the value is never the next word
};

// An option of sbatch. If a batch script may have it, `read` parses its value. If not, `refused` is the
// reason, in words that follow "is refused: ".
struct Option {
  const char* name;  // without "--"
  char letter;       // 0: none
  Argument argument;
  Json (*read)(const std::string& value);
  const char* refused = nullptr;
  bool adds_up = false;  // if given several times, its lists are joined; else the last one counts
};

std::span<const Option> options();

// Returns the option with this long name, or the only option whose long name begins so; nullptr if there is
// none, or more than one.
const Option* find_option(const std::string& name);
const Option* find_option(char letter);

}  // namespace trainyard::sbatch
