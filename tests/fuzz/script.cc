// Fuzz target: a batch script with #SBATCH and #TRAINYARD lines.
#include "daemon/manifest/expansion.h"
#include "daemon/manifest/read_manifest.h"
#include "tests/fuzz/fuzz.h"

using namespace trainyard;
using namespace trainyard::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string text = text_of(bytes, size);
  if (!text.starts_with("#!")) text.insert(0, "#!/bin/sh\n");
  accepts([&] {
    const std::vector<Manifest> tasks = read_manifest(text, "a.sh");
    require(!tasks.empty() && tasks.size() <= most_runs);
    for (const Manifest* task : {&tasks.front(), &tasks.back()})
      require(manifest_from_json(parse_json(to_json(*task).dump(), "a manifest")) == *task);
  });
  return 0;
}
