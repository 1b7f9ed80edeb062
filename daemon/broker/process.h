// A deputy's process, as the broker keeps it from fork to reaping.
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
  std::uint64_t serial = 0;  // 0 for one of an earlier broker
  bool is_child = true;      // the children of an earlier broker are init's now
  // Ended, but not to be waited for yet: a tracer, which its user can attach to it, has to let go of it
  // first.
  bool held_by_tracer = false;
};

UniqueFd open_pidfd(pid_t pid);
void kill_process(const DeputyProcess& process);  // no error if it is gone

// Deputies of an earlier broker: the processes that run the program at `path` as one, in this process's
// control group. With systemd that is the broker's unit, where users cannot put processes. Without, a user
// can forge one, and so block himself alone: of each uid and kind one is told.
std::vector<DeputyProcess> find_survivors(const std::string& path);

}  // namespace trainyard
