// The one way from a person's text to Manifests. Pure: looks at nothing but the text.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/manifest/manifest.h"

namespace trainyard {

// One Manifest per run the text asks for (a [sweep] makes many), in sweep order. Throws Error{invalid} with
// every problem at once, each with `file` as given, line, column, the offending text and a suggestion.
std::vector<Manifest> read_manifest(std::string_view text, const std::string& file);

// One key of the manifest, for the readers, `trainyard init`, bash completion and the manual's test.
struct ManifestKey {
  std::string path;          // "resources.gpus_per_node"
  std::string type;          // "integer", "string", "duration", …
  std::string default_text;  // as one would write it; empty: required or none
  std::string doc;           // one line
};
const std::vector<ManifestKey>& manifest_keys();

}  // namespace trainyard
