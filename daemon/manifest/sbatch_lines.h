// Finds the directive lines of a batch script as sbatch does, and splits its #SBATCH lines into words. Only
// sbatch_lines.cc knows where the directives end, how words are quoted, and which other directives there are.
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
  std::vector<Word> foreign;  // the #PBS and #BSUB lines before the first command; sbatch reads them, too
  // The TOML of the #TRAINYARD lines. Every byte is at the line and column that it has in the script, so that
  // problems name these.
  std::string toml;
};

// Returns true if the text is meant to be a batch script, not TOML: it begins with "#!", or has an #SBATCH
// line.
bool is_script(std::string_view text);

// Finds and splits the directive lines of a batch script. Adds a problem for a missing #!, DOS line breaks, a
// quote that is not closed, a directive for a burst buffer, and a #TRAINYARD line after the first command.
Lines read_lines(std::string_view text, Problems& problems);

}  // namespace trainyard::sbatch
