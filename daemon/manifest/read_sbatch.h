// From a batch script for sbatch(1) to Manifests: what its #SBATCH lines ask for, what its #TRAINYARD lines
// say in TOML, and the script itself as the program.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/manifest/fields.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

// One Manifest, or one per task of --array. Every option keeps its meaning or is noted by name with the
// reason; then what is returned is not to be used. The origin is left for whoever knows where the file came
// from.
// `origin_bytes`: what the origin will add to each.
std::vector<Manifest> read_sbatch(std::string_view text, const std::string& file, std::size_t origin_bytes,
                                  Problems& problems);

// What #TRAINYARD lines may say: the keys of a manifest that sbatch has no word for.
const Keys& sbatch_keys();

}  // namespace trainyard
