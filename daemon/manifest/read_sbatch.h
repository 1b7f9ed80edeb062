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
// problem, with the reason; then the result must not be used. The caller sets ScriptSpec::origin (the host,
// the folder and the environment from which the script was submitted) afterwards. `origin_bytes`: its size,
// which counts towards the limit on the size of all Manifests.
std::vector<Manifest> read_sbatch(std::string_view text, const std::string& file, std::size_t origin_bytes,
                                  Problems& problems);

// Returns the keys that #TRAINYARD lines may hold: those keys of a manifest for which sbatch has no option.
const Keys& sbatch_keys();

}  // namespace trainyard
