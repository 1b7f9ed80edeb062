// A child process and its supervision: signals go down to it, its end comes up.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace trainyard {

struct ChildSpec {
  std::vector<std::string> arguments;    // the first is looked up in PATH
  std::vector<std::string> environment;  // NAME=value, all of it
  std::string working_directory;
  std::string output;    // stdout and stderr are appended to this file
  int terminate_as = 0;  // what to send where SIGTERM arrives; 0: SIGTERM
  // Only for a batch script: open files for its stdout and stderr, used instead of `output`, and its umask.
  // −1: not set.
  int stdout_fd = -1, stderr_fd = -1;
  int umask = -1;
  // Signals that go to the child alone and not to its group, as `scancel --batch` and --signal=B: mean it.
  std::vector<int> for_child_alone{};
};

struct ExitStatus {
  int exit_code = 0;  // meaningful when signal is 0
  int signal = 0;
  bool warned = false;  // USR2 had come
};

// Called at the start and every `interval` while the child runs, on a thread of its own: it may hang. False,
// or no answer for `patience`: end the child.
struct Heartbeat {
  std::chrono::milliseconds interval{5'000};
  std::chrono::milliseconds patience{15'000};
  std::function<bool()> beat;
};

// Runs the child in a process group of its own and waits for its end; then nothing of the group is left.
// TERM, INT (as TERM), USR2 and CONT are passed on to the group. A child told to end by the heartbeat gets
// TERM, and after five seconds KILL. Blocks those signals for this thread. Error{invalid} when it cannot be
// started.
ExitStatus run_child(const ChildSpec& spec, const Heartbeat& heartbeat);

}  // namespace trainyard
