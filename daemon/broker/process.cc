#include "daemon/broker/process.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>

#include "daemon/broker/child.h"

namespace trainyard {
namespace {

// Returns the contents of a file of /proc/PID; empty if the process is gone.
std::string read_proc(const std::string& pid, const char* file) {
  std::ifstream stream("/proc/" + pid + '/' + file);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// Sets `uid` and `kind` of the process with `pid`. Returns false if the process is gone or a zombie, or is
// not a deputy that runs the program at `path` in this process's control group.
bool identify(DeputyProcess& process, const std::string& path) {
  std::string pid = std::to_string(process.pid), status = read_proc(pid, "status"),
              line = read_proc(pid, "cmdline");
  std::size_t uid = status.find("\nUid:");
  if (uid == std::string::npos || std::sscanf(status.c_str() + uid, "\nUid: %u", &process.uid) != 1)
    return false;
  for (DeputyKind kind : {DeputyKind::files, DeputyKind::slurm})
    if (line == path + '\0' + name_of(kind) + '\0') {
      process.kind = kind;
      return read_proc(pid, "cgroup") == read_proc("self", "cgroup");
    }
  return false;
}

}  // namespace

// Uses the number of the system call, because glibc 2.36 does not declare its pidfd functions as C functions.
UniqueFd open_pidfd(pid_t pid) { return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

void kill_process(const DeputyProcess& process) {
  ::syscall(SYS_pidfd_send_signal, process.pidfd.get(), SIGKILL, nullptr, 0);
}

std::vector<DeputyProcess> find_survivors(const std::string& path) {
  std::vector<DeputyProcess> found;
  std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    DeputyProcess process;
    process.pid = std::atoi(entry->d_name);
    process.is_child = false;
    if (process.pid <= 0) continue;
    // The pidfd is opened before identify(): if the process ends and another gets its pid, the pidfd is still
    // that of the ended process, so that no other process is killed.
    process.pidfd = open_pidfd(process.pid);
    if (!process.pidfd || !identify(process, path)) continue;
    bool is_first = std::none_of(found.begin(), found.end(), [&](const DeputyProcess& other) {
      return other.uid == process.uid && other.kind == process.kind;
    });
    if (is_first) found.push_back(std::move(process));  // or a user could fill the table
  }
  return found;
}

}  // namespace trainyard
