// What a run's program finds in its environment, beside what Slurm put there.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/handover/handover.h"

namespace trainyard {

// DATA_DIR RESULT_DIR CHECKPOINT_DIR LOG_DIR MODEL_DIR TRAINING_ID LEARNER_ID NUM_LEARNERS GPU_COUNT, and
// what the manifest's [command] adds. LEARNER_ID is 1 here; with many ranks each gets its own (rank.h).
std::map<std::string, std::string> run_variables(const Launch& launch);

// Names the attempt's directory, for `rank`.
inline constexpr const char* attempt_variable = "TRAINYARD_ATTEMPT";

// DATA_DIR: the folder with train.h5, or the raw files themselves. Empty without [data].
std::string data_directory(const Launch& launch);

// This process's environment with these over it, as NAME=value.
std::vector<std::string> environment_with(const std::map<std::string, std::string>& variables);

// How many processes the run's program has.
int rank_count(const Manifest& manifest);

}  // namespace trainyard
