// `trainyard-agent rank -- PROGRAM …`: one rank of a run. mpirun and srun start it; it becomes the program.
#pragma once
#include <string>
#include <vector>

namespace trainyard {

// Sets LEARNER_ID to the rank + 1 and executes the program, watched if the environment names its attempt.
// Returns only by Error.
[[noreturn]] void become_rank(const std::vector<std::string>& arguments);

}  // namespace trainyard
