// Runs and supervises a child process: passes signals on to it, and returns how it ended.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace trainyard {

struct ChildSpec {
  std::vector<std::string> arguments;    // the first is looked up in PATH
  std::vector<std::string> environment;  // NAME=value; nothing else is inherited
  std::string working_directory;
  std::string output;    // stdout and stderr are appended to this file
  int terminate_as = 0;  // the signal to send to the child when SIGTERM arrives; 0: SIGTERM
  // Only for a batch script: open files for its stdout and stderr, used instead of `output`, and its umask.
  // −1: not set.
  int stdout_fd = -1, stderr_fd = -1;
  int umask = -1;
  // Signals that are sent to the child only, not to its process group, as `scancel --batch` and --signal=B:
  // do.
  std::vector<int> for_child_alone{};
};

struct ExitStatus {
  int exit_code = 0;  // meaningful when signal is 0
  int signal = 0;
  bool warned = false;  // SIGUSR2 arrived while the child ran
};

// A check on whether the child may go on: `beat` is called at the start and every `interval` while the child
// runs, on a thread of its own, because it might block. The child is ended if `beat` returns false, or does
// not return within `patience`.
struct Heartbeat {
  std::chrono::milliseconds interval{5'000};
  std::chrono::milliseconds patience{15'000};
  std::function<bool()> beat;
};

// Runs the child in a process group of its own, waits for its end, and kills what is left of the group.
// Passes TERM, INT (as TERM), USR2 and CONT on to the group. A child that the heartbeat ends gets TERM, and
// after five seconds KILL. Blocks those signals for this thread. Error{invalid} if the child cannot be
// started.
ExitStatus run_child(const ChildSpec& spec, const Heartbeat& heartbeat);

}  // namespace trainyard
