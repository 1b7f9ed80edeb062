// read_sbatch(): turns a batch script for sbatch(1) into Manifests, from the options in its #SBATCH lines,
// the TOML in its #TRAINYARD lines, and the script itself as the program.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/manifest/fields.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

// Returns one Manifest, or one per task of --array. An option that cannot keep its meaning is recorded as a
// problem, with the reason; then the result must not be used. ScriptSpec::origin is left for the caller to
// set, who knows where the file came from. `origin_bytes`: how many bytes the origin will add to each
// Manifest.
std::vector<Manifest> read_sbatch(std::string_view text, const std::string& file, std::size_t origin_bytes,
                                  Problems& problems);

// Returns the keys that #TRAINYARD lines may hold: those keys of a manifest for which sbatch has no option.
const Keys& sbatch_keys();

}  // namespace trainyard
