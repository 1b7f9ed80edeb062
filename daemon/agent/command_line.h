// How a run's program is started: the built-in trainer under mpirun, a [command] as its launcher says, a
// batch script as it is.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/handover/handover.h"

namespace trainyard {

// What is started, and the variables mpirun needs beside the run's. `settings` is the trainer's settings
// file, used with [train] alone; `variables` are the names that must reach every rank.
struct Program {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> variables;
  int terminate_as = 0;  // what to send it instead of SIGTERM; 0: SIGTERM
};
Program program_of(const Launch& launch, const std::map<std::string, std::string>& variables,
                   const std::string& settings);

// The trainer's settings as JSON: trainyard-train(1). Error{invalid} unless the run is a [train] with [data].
Json trainer_settings(const Launch& launch);

}  // namespace trainyard
