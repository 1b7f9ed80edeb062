// Fuzz target: a manifest in TOML.
#include "daemon/manifest/expansion.h"
#include "daemon/manifest/read_manifest.h"
#include "tests/fuzz/fuzz.h"

using namespace trainyard;
using namespace trainyard::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text = text_of(bytes, size);
  accepts([&] {
    const std::vector<Manifest> runs = read_manifest(text, "m.toml");
    require(!runs.empty() && runs.size() <= most_runs);
    for (const Manifest* run : {&runs.front(), &runs.back()})
      require(manifest_from_json(parse_json(to_json(*run).dump(), "a manifest")) == *run);
  });
  return 0;
}
