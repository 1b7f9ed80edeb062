// The words of the #SBATCH lines as options with values.
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

// By long name. Of several the last counts, and the kinds of --mail-type add up, as with sbatch. What is
// unknown, refused or wrong is noted.
std::map<std::string, Given> read_arguments(const std::vector<Word>& words, Problems& problems);

}  // namespace trainyard::sbatch
