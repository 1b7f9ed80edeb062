// DeputyProcess: the broker's record of a deputy's process, from the fork until the process is reaped.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/unique_fd.h"
#include "daemon/broker/record.h"

namespace trainyard {

struct DeputyProcess {
  pid_t pid = 0;
  UniqueFd pidfd;  // readable when the process is gone
  std::uint32_t uid = 0;
  DeputyKind kind{};
  std::uint64_t serial = 0;  // 0 for a deputy of an earlier broker
  bool is_child = true;      // false for a deputy of an earlier broker: it is init's child now
  // True if the process has ended, but cannot be waited for yet, because a tracer still holds it. A user can
  // attach a tracer to his deputies.
  bool held_by_tracer = false;
};

UniqueFd open_pidfd(pid_t pid);
void kill_process(const DeputyProcess& process);  // no error if the process is gone

// Returns the deputies of an earlier broker: the processes in this process's control group that run the
// program at `path` as a deputy. With systemd the control group is the broker's unit, into which users cannot
// put processes. Without systemd a user can forge such a process, but blocks only himself: at most one
// process is returned for each uid and kind.
std::vector<DeputyProcess> find_survivors(const std::string& path);

}  // namespace trainyard
