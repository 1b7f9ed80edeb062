// The command line of a run's program: the built-in trainer under mpirun, a [command] as its launcher says,
// or a batch script as it is.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/handover/handover.h"

namespace trainyard {

// The command line of a program, and the variables that mpirun needs in addition to the run's.
struct Program {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> variables;
  int terminate_as = 0;  // the signal to send instead of SIGTERM; 0: SIGTERM
};
// Returns how to start the run's program. `variables`: the run's environment; every rank gets these names.
// `settings`: the trainer's settings file, used with [train] only.
Program program_of(const Launch& launch, const std::map<std::string, std::string>& variables,
                   const std::string& settings);

// Returns the trainer's settings as JSON (trainyard-train(1)). Error{invalid} unless the run has [train] and
// [data].
Json trainer_settings(const Launch& launch);

}  // namespace trainyard
