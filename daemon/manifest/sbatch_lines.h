// A batch script as sbatch sees it: the words of its #SBATCH lines. sbatch_lines.cc alone knows where they
// end, how they are quoted, and what else may stand there.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/manifest/node.h"
#include "daemon/manifest/problems.h"

namespace trainyard::sbatch {

struct Word {
  std::string text;
  Place place;
};

struct Lines {
  std::vector<Word> words;    // of all #SBATCH lines before the first command, in their order
  std::vector<Word> foreign;  // the #PBS and #BSUB lines among them, which sbatch reads, too
  // What the #TRAINYARD lines say, every byte where it stands in the script: so lines and columns are true.
  std::string toml;
};

// Whether a text is meant to be a batch script rather than TOML.
bool is_script(std::string_view text);

// Notes every problem: no #!, line breaks of DOS, quotes that do not close, directives of other systems.
Lines read_lines(std::string_view text, Problems& problems);

}  // namespace trainyard::sbatch
