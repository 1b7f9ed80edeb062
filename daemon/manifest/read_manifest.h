// The one way from a person's text to Manifests. Pure: looks at nothing but the text.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/manifest/fields.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

// One Manifest per run the text asks for; a text that begins with "#!" is a batch script (read_sbatch.h).
// In TOML a [sweep] makes the product of its lists, at most 10 000 runs, the
// last list running fastest. Throws Error{invalid} with every problem at once, each with `file` as given,
// line, column, the offending text and a suggestion.
std::vector<Manifest> read_manifest(std::string_view text, const std::string& file);

// Every key a manifest may hold, for the readers, `trainyard init`, bash completion and the manual's test.
// Kinds of layers and optimizers come with theirs: "train.layers.dense" and "train.layers.dense.activation"
// are written { dense = 128, activation = "relu" }.
using ManifestKey = KeyInfo;
const std::vector<ManifestKey>& manifest_keys();

}  // namespace trainyard
