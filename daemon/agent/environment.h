// The environment variables that a run's program gets in addition to those that Slurm sets.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/handover/handover.h"

namespace trainyard {

// Returns DATA_DIR RESULT_DIR CHECKPOINT_DIR LOG_DIR MODEL_DIR TRAINING_ID LEARNER_ID NUM_LEARNERS GPU_COUNT,
// and the variables of the manifest's [command]. LEARNER_ID is 1 here; with many ranks each sets its own
// (rank.h).
std::map<std::string, std::string> run_variables(const Launch& launch);

// The variable that tells `trainyard-agent rank` the attempt's directory.
inline constexpr const char* attempt_variable = "TRAINYARD_ATTEMPT";

// Returns DATA_DIR: the folder that holds train.h5, or the folder of the raw files. Empty without [data].
std::string data_directory(const Launch& launch);

// Returns this process's environment, in which `variables` are added or replaced, as NAME=value.
std::vector<std::string> environment_with(const std::map<std::string, std::string>& variables);

// Returns the number of ranks of the run's program, each of which is a process.
int rank_count(const Manifest& manifest);

}  // namespace trainyard
