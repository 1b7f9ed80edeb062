#include "daemon/agent/rank_watch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
extern "C" {  // missing in this header of glibc 2.36
#include <sys/pidfd.h>
}

#include "daemon/agent/heartbeat.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/loop.h"
#include "daemon/base/workers.h"

namespace trainyard {
namespace {

Claim standing_claim(const std::string& directory) {
  std::optional<Claim> claim = read_claim(directory);
  if (!claim || claim->revoked)
    throw Error(ErrorKind::unavailable, directory + ": nobody holds this attempt any more");
  return *claim;
}

// Redirects stdin, stdout and stderr to /dev/null: a launcher waits until no process can write to its pipes
// any more.
void let_go_of_files() {
  UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int fd : {0, 1, 2}) ::dup2(nothing.get(), fd);
}

// Watcher: reads the claim regularly until the watched process has ended; ends that process if the claim is
// lost.
class Watcher {
 public:
  Watcher(pid_t pid, int pidfd, const std::string& directory, const Claim& claim)
      : pid_(pid), contact_(directory, claim) {
    ended_ = loop_.watch_readable(pidfd, [this] { loop_.stop(); });
  }

  void run() {
    look();
    loop_.run();
  }

 private:
  void look() {
    patience_ = loop_.after(contact_lost, [this] { end_it(); });
    lane_.run([this] { return contact_.look(); },
              [this](bool held) {
                patience_.stop();
                if (!held) return end_it();
                timer_ = loop_.after(heartbeat_interval, [this] { look(); });
              },
              [this](std::exception_ptr) { end_it(); });
  }

  void end_it() {
    send(SIGTERM);
    send(SIGCONT);
    timer_ = loop_.after(termination_grace, [this] { send(SIGKILL); });
  }

  // Signals the watched process, and all that it has started if the launcher gave it a process group of its
  // own.
  void send(int signal) const { ::kill(::getpgid(pid_) == pid_ ? -pid_ : pid_, signal); }

  pid_t pid_;
  Contact contact_;
  Loop loop_;
  Loop::Watch ended_, timer_, patience_;
  Workers lane_{loop_, 1};
};

[[noreturn]] void watch(pid_t pid, int pidfd, const std::string& directory, const Claim& claim) {
  let_go_of_files();
  try {
    Watcher(pid, pidfd, directory, claim).run();
  } catch (const std::exception&) {
    ::kill(pid, SIGKILL);  // else the process would run unwatched
  }
  ::_exit(0);
}

}  // namespace

void have_this_process_watched(const std::string& directory) {
  const Claim claim = standing_claim(directory);
  const pid_t watched = ::getpid();
  const UniqueFd pidfd(::pidfd_open(watched, 0));
  if (!pidfd) throw_errno("watch process " + std::to_string(watched));
  const pid_t between = ::fork();  // exits at once, so that init becomes the watcher's parent
  if (between < 0) throw_errno("fork");
  if (between == 0) {
    const pid_t watcher = ::fork();
    if (watcher == 0) watch(watched, pidfd.get(), directory, claim);
    ::_exit(watcher < 0 ? 1 : 0);
  }
  int status = 0;
  while (::waitpid(between, &status, 0) < 0)
    if (errno != EINTR) throw_errno("wait for process " + std::to_string(between));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error(ErrorKind::unavailable, "no process could be started to watch over this rank");
}

}  // namespace trainyard
