#include "daemon/agent/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
extern "C" {  // missing in this header of glibc 2.36
#include <sys/pidfd.h>
}

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/loop.h"
#include "daemon/base/workers.h"
#include "daemon/handover/claim.h"

namespace trainyard {
namespace {

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// SpawnSettings: the two arguments of posix_spawn that describe how to start a child: its files, and its
// signals and process group.
class SpawnSettings {
 public:
  explicit SpawnSettings(const ChildSpec& spec) {
    posix_spawn_file_actions_init(&files_);
    if (spec.stdout_fd < 0) open_files(spec);
    if (spec.stdout_fd >= 0) pass_files_on(spec);
    posix_spawn_file_actions_addchdir_np(&files_, spec.working_directory.c_str());
    posix_spawnattr_init(&how_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&how_, &none);  // the agent blocks signals for its loop
    posix_spawnattr_setsigdefault(&how_, &all);
    posix_spawnattr_setpgroup(&how_, 0);
    posix_spawnattr_setflags(&how_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&how_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  void open_files(const ChildSpec& spec) {
    posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files_, 1, spec.output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files_, 1, 2);
  }

  // Gives the child open files for stdout and stderr. It inherits stdin from the agent; Slurm has opened it.
  void pass_files_on(const ChildSpec& spec) {
    posix_spawn_file_actions_adddup2(&files_, spec.stdout_fd, 1);
    posix_spawn_file_actions_adddup2(&files_, spec.stderr_fd, 2);
    for (int fd : {spec.stdout_fd, spec.stderr_fd}) posix_spawn_file_actions_addclose(&files_, fd);
  }

  const posix_spawn_file_actions_t* files() const { return &files_; }
  const posix_spawnattr_t* how() const { return &how_; }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t how_;
};

pid_t spawn(const ChildSpec& spec) {
  const SpawnSettings settings(spec);
  pid_t pid = 0;
  const mode_t ours = ::umask(0);  // posix_spawn cannot set the umask
  ::umask(spec.umask < 0 ? ours : static_cast<mode_t>(spec.umask));
  const int error = ::posix_spawnp(&pid, spec.arguments.front().c_str(), settings.files(), settings.how(),
                                   pointers_to(spec.arguments).data(), pointers_to(spec.environment).data());
  ::umask(ours);
  if (error != 0)
    throw Error(ErrorKind::invalid, "start " + spec.arguments.front() + " in " + spec.working_directory +
                                        ": " + std::strerror(error) + "; is it installed on this node?");
  return pid;
}

ExitStatus reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) throw_errno("wait for process " + std::to_string(pid));
  return WIFSIGNALED(status) ? ExitStatus{0, WTERMSIG(status), false}
                             : ExitStatus{WEXITSTATUS(status), 0, false};
}

class Supervisor {
 public:
  Supervisor(const ChildSpec& spec, const Heartbeat& heartbeat) : spec_(spec), heartbeat_(heartbeat) {
    for (int signal : {SIGTERM, SIGINT}) watch(signal, spec.terminate_as ? spec.terminate_as : SIGTERM);
    for (int signal : {SIGUSR2, SIGCONT})
      if (!is_for_child_alone(signal)) watch(signal, signal);
    for (int signal : spec.for_child_alone)
      signals_.push_back(loop_.on_signal(signal, [this, signal] {
        warned_ |= signal == SIGUSR2;
        if (pid_ > 0) ::kill(pid_, signal);
      }));
  }

  ~Supervisor() {  // after an exception: the child must not run unsupervised
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  ExitStatus run() {
    pid_ = spawn(spec_);
    const UniqueFd end(::pidfd_open(pid_, 0));
    if (!end) throw_errno("watch process " + std::to_string(pid_));
    Loop::Watch ended = loop_.watch_readable(end.get(), [this] { loop_.stop(); });
    beat();
    loop_.run();
    ExitStatus status = reap(pid_);
    status.warned = warned_;
    ::kill(-pid_, SIGKILL);  // else its background processes keep the node allocated
    pid_ = 0;
    return status;
  }

 private:
  bool is_for_child_alone(int signal) const {
    const std::vector<int>& alone = spec_.for_child_alone;
    return std::find(alone.begin(), alone.end(), signal) != alone.end();
  }

  void watch(int signal, int send) {
    signals_.push_back(loop_.on_signal(signal, [this, signal, send] {
      warned_ |= signal == SIGUSR2;
      if (pid_ > 0) ::kill(-pid_, send);
    }));
  }

  void beat() {
    patience_ = loop_.after(heartbeat_.patience, [this] { end_child(); });
    lane_.run([this] { return heartbeat_.beat(); },
              [this](bool go_on) {
                patience_.stop();
                if (!go_on) return end_child();
                timer_ = loop_.after(heartbeat_.interval, [this] { beat(); });
              },
              [this](std::exception_ptr) { end_child(); });
  }

  void end_child() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGTERM);
    ::kill(-pid_, SIGCONT);
    timer_ = loop_.after(termination_grace, [this] { ::kill(-pid_, SIGKILL); });
  }

  const ChildSpec& spec_;
  const Heartbeat& heartbeat_;
  Loop loop_;
  std::vector<Loop::Watch> signals_;
  Loop::Watch timer_, patience_;
  bool warned_ = false;
  pid_t pid_ = 0;
  Workers lane_{loop_, 1};
};

}  // namespace

ExitStatus run_child(const ChildSpec& spec, const Heartbeat& heartbeat) {
  return Supervisor(spec, heartbeat).run();
}

}  // namespace trainyard
