// The agent's program, which works on this host as the user of the command.
#pragma once
#include <string>
#include <vector>

namespace trainyard {

// Replaces this process by `trainyard-agent` with these arguments.
[[noreturn]] void become_agent(const std::vector<std::string>& arguments);

// Runs `trainyard-agent` with these arguments, and the same standard output and error. Returns its exit code.
// Throws Error{unavailable} if a signal has ended it.
int run_agent(const std::vector<std::string>& arguments);

}  // namespace trainyard
