// Follows runs until they are over: `submit --wait`, `rerun --wait`.
#pragma once
#include <cstdint>
#include <vector>

#include "daemon/cli/context.h"

namespace trainyard {

// Returns the exit code. 0: all completed; 1: one failed or was cancelled; 130: the user stopped waiting (the
// runs go on). Prints one line that is rewritten if stdout is a terminal, otherwise a line per change of
// state and per epoch. With `json` prints only the daemon's object of each run, once the run is over. Also
// waits for a daemon that does not answer, for ten minutes.
int wait_for_runs(Context& context, const std::vector<std::int64_t>& run_ids, bool json);

bool is_over(const Json& run);  // its state is completed, failed or cancelled

}  // namespace trainyard
