// Returns all runs of Ledger::each_live_run() at once.
#pragma once
#include <utility>
#include <vector>

#include "daemon/ledger/ledger.h"

namespace trainyard::testing {

inline std::vector<TrainingRun> all_live_runs(Ledger& ledger) {
  std::vector<TrainingRun> runs;
  ledger.each_live_run([&](TrainingRun run) { runs.push_back(std::move(run)); });
  return runs;
}

}  // namespace trainyard::testing
