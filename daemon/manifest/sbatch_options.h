// The options of sbatch(1), Slurm 22.05: all of them, and what becomes of each. The reader takes these and no
// others, and trainyard-sbatch(5) is held against the same list.
#pragma once
#include <span>
#include <string>

#include "daemon/base/json.h"

namespace trainyard::sbatch {

enum class Argument {
  none,
  required,  // --nodes=2, --nodes 2, -N2, -N 2
  optional,  // --nice=10, -k=off: never the next word
};

// Kept: `read` makes a value of what is written. Refused: `refused` says why, to follow "is refused: ".
struct Option {
  const char* name;  // without "--"
  char letter;       // 0: none
  Argument argument;
  Json (*read)(const std::string& value);
  const char* refused = nullptr;
  bool adds_up = false;  // given several times, its lists are joined; otherwise the last one counts
};

std::span<const Option> options();

// By its long name, or the beginning of just one; nullptr when there is none or several.
const Option* find_option(const std::string& name);
const Option* find_option(char letter);

}  // namespace trainyard::sbatch
