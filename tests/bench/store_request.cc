// Makes a folder an attempt that has ended well, as the daemon and the agent of its train job would, so that
// `trainyard-agent store FOLDER/launch.json` stores what is in FOLDER/results. For the benchmark of staging.
// usage: store_request FOLDER URL STORE; STORE is JSON.
#include <cstdio>
#include <string>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/claim.h"
#include "daemon/handover/handover.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

void write_request(const std::vector<std::string>& words) {
  Launch launch;
  launch.run_id = 1;
  launch.name = "bench";
  launch.directory = words.at(0);
  launch.results_store = store_access_from_json(parse_json(words.at(2), "the store"));
  launch.manifest.results_target = words.at(1);
  launch.manifest.program.emplace<CommandSpec>().run = "true";

  Claim claim;
  claim.cluster = "bench";
  claim.at = now();
  take_claim(launch.directory, claim);
  ExitEvidence exit;
  exit.claim = claim;
  exit.started_at = exit.ended_at = now();
  write_atomically(join_path(launch.directory, layout::exit_file), to_json(exit).dump());
  write_atomically(join_path(launch.directory, layout::launch_file), to_json(launch).dump());
}

}  // namespace
}  // namespace trainyard

int main(int count, char** words) {
  try {
    trainyard::write_request({words + 1, words + count});
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "store_request: %s\n", e.what());
    return 1;
  }
}
