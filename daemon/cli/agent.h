// The agent's program, which transfers files for the user who calls the command line.
#pragma once
#include <string>
#include <vector>

namespace trainyard {

// Replaces this process by `trainyard-agent WORDS...`. Throws if the program cannot be started.
// $TRAINYARD_LIBEXECDIR names its folder if it is not installed yet.
[[noreturn]] void become_agent(const std::vector<std::string>& words);

}  // namespace trainyard
