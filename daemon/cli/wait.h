// Follows runs until they are over: `submit --wait`, `rerun --wait`.
#pragma once
#include <cstdint>
#include <vector>

#include "daemon/cli/context.h"

namespace trainyard {

// 0: all completed; 1: one failed or was cancelled; 130: the user stopped waiting (the runs go on).
// On a terminal one line that is rewritten, otherwise a line per change of state and per epoch. As `json`
// nothing but the daemon's object of each run, once it is over.
// A daemon that is away is awaited too, for ten minutes.
int wait_for_runs(Context& context, const std::vector<std::int64_t>& run_ids, bool json);

bool is_over(const Json& run);  // its shown state is one of the three last ones

}  // namespace trainyard
