// `trainyard-agent run LAUNCH.json`: executes one attempt of a run, once.
#pragma once
#include <string>

namespace trainyard {

// The program's exit code (128 + signal where one ended it); 0 when another job holds the attempt; 75 when
// the data set is missing or a later restart has taken over. Everything else is said in the attempt's
// evidence.
int run(const std::string& launch_path);

}  // namespace trainyard
