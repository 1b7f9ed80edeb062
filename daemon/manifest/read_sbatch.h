// read_sbatch(): makes Manifests of a batch script for sbatch(1): from the options in its #SBATCH lines, the
// TOML in its #TRAINYARD lines, and the script itself as the program.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/manifest/fields.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

// Returns one Manifest, or one per task of --array. Adds a problem, with the reason, for each option that a
// run cannot have; the result must not be used then. The caller sets ScriptSpec::origin (the host, the folder
// and the environment from which the script was submitted) afterwards. `origin_bytes`: the origin's size,
// which counts towards the limit on the size of all Manifests.
std::vector<Manifest> read_sbatch(std::string_view text, const std::string& file, std::size_t origin_bytes,
                                  Problems& problems);

// Returns the keys that #TRAINYARD lines may hold: those keys of a manifest for which sbatch has no option.
const Keys& sbatch_keys();

}  // namespace trainyard
