// read_manifest(): parses a text that a user wrote into Manifests; no other function does. Pure: it reads no
// files.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/manifest/fields.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

// Returns one Manifest per run that the text asks for. A text that begins with "#!" is a batch script
// (read_sbatch.h). In TOML, [sweep] makes a run of each combination of its lists, at most 10 000 runs; the
// last list varies fastest. Throws Error{invalid} with every problem at once (the first hundred), each with
// `file` as given, line, column, the offending text and a suggestion.
//
// Takes time in proportion to the size of the text and of the result. All runs together take at most
// most_expanded_bytes (expansion.h): a text that would expand further is refused before it is expanded.
// `origin_bytes`: how many bytes the ScriptOrigin will add to each run of a batch script.
std::vector<Manifest> read_manifest(std::string_view text, const std::string& file,
                                    std::size_t origin_bytes = 0);

// Returns all keys that a manifest may have, for the parser, `trainyard init`, bash completion and the test
// of the manual. Each kind of layer or optimizer is among them, followed by the keys of that kind:
// "train.layers.dense", "train.layers.dense.activation". In a manifest these two are { dense = 128,
// activation = "relu" }.
using ManifestKey = KeyInfo;
const std::vector<ManifestKey>& manifest_keys();

}  // namespace trainyard
