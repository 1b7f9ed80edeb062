// `trainyard-agent rank -- PROGRAM …`: one rank of a run. mpirun and srun start it; it becomes the program.
#pragma once
#include <string>
#include <vector>

namespace trainyard {

// Sets LEARNER_ID to the rank + 1 and executes the program in this process. If the environment names the
// attempt, a watcher of this process is started first (rank_watch.h). Does not return; throws Error if it
// fails.
[[noreturn]] void become_rank(const std::vector<std::string>& arguments);

}  // namespace trainyard
