// Follows runs until they are over: `submit --wait`, `rerun --wait`.
#pragma once
#include <cstdint>
#include <vector>

#include "daemon/cli/context.h"

namespace trainyard {

// Waits until all runs are over, and prints their progress: on a terminal one line that is rewritten,
// otherwise a line per change of state and per epoch. With `json` prints only the daemon's JSON of each run,
// once the run is over. If the daemon does not answer, asks again for ten minutes. Returns the exit code: 0
// if all runs completed; 1 if one failed or was cancelled; 130 if the user stopped waiting (the runs go on).
int wait_for_runs(Context& context, const std::vector<std::int64_t>& run_ids, bool json);

bool is_over(const Json& run);  // its state is completed, failed or cancelled

}  // namespace trainyard
