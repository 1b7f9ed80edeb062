// `trainyard-agent run LAUNCH.json`: executes one attempt of a run, once.
#pragma once
#include <string>

namespace trainyard {

// Returns the program's exit code (128 + signal if a signal ended it); 0 if another job holds the attempt; 75
// if the data set is missing, a later restart has taken over, or the claim was revoked. The attempt's
// evidence tells everything else.
int run(const std::string& launch_path);

}  // namespace trainyard
