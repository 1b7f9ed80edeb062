// Parses the words of the #SBATCH lines into options with values.
#pragma once
#include <map>
#include <string>

#include "daemon/base/json.h"
#include "daemon/manifest/sbatch_lines.h"

namespace trainyard::sbatch {

struct Given {
  Json value;
  Place place;
  std::string text;  // as written: "--mem=4G"
};

// Returns the options by their long names. As with sbatch, the last one counts if an option is given several
// times, except that the kinds of --mail-type are joined. Adds a problem for each option that is unknown,
// refused or wrong.
std::map<std::string, Given> read_arguments(const std::vector<Word>& words, Problems& problems);

}  // namespace trainyard::sbatch
