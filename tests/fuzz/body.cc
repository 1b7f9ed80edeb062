// Fuzz target: the body of a request to submit: its keys, their types, and the key `from`, by which the
// submitter of a batch script describes his environment.
#include "daemon/api/request_values.h"
#include "daemon/api/script_origin.h"
#include "daemon/manifest/read_manifest.h"
#include "tests/fuzz/fuzz.h"

using namespace trainyard;
using namespace trainyard::fuzz;

namespace {

const std::string script = "#!/bin/sh\n#SBATCH --export=EDITOR,PATH\n#SBATCH --array=1-2\ntrue\n";

void read(const std::string& text) {
  const Json body = object_body(text, {"client_id", "file", "manifest", "code", "dry_run", "set", "from"});
  accepts([&] { get_or<Json>(body, "set", Json::object()); });
  accepts([&] { get_or<bool>(body, "dry_run", false); });
  accepts([&] { get_or<std::string>(body, "code", ""); });
  accepts([&] { read_manifest(get<std::string>(body, "manifest"), "m.toml"); });
  static const std::vector<Manifest> tasks = read_manifest(script, "a.sh");
  std::vector<Manifest> manifests = tasks;
  const Json from = get_or<Json>(body, "from", nullptr);
  if (accepts([&] { set_script_origin(manifests, from); }))
    require(manifest_from_json(to_json(manifests[1])) == manifests[1]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text = text_of(bytes, size);
  accepts([&] { read(text); });
  return 0;
}
