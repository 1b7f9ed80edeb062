#include "daemon/deputies/child_starter.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <utility>

#include "daemon/base/error.h"

extern char** environ;

namespace trainyard {
namespace {

constexpr int deputy_socket = 3;

const char* word_of(DeputyKind kind) { return kind == DeputyKind::files ? "files" : "slurm"; }

std::string words_of_end(int status) {
  if (WIFSIGNALED(status)) return "the deputy was ended by signal " + std::to_string(WTERMSIG(status));
  int code = WEXITSTATUS(status);
  return code == 0 ? "" : "the deputy ended with status " + std::to_string(code);
}

// Starts a deputy and sets `pid`. Returns 0, or the errno of the failure.
int spawn(const std::string& program, DeputyKind kind, int socket, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, socket, deputy_socket);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::string kind_word = word_of(kind), name = "trainyard-deputy";
  char* arguments[] = {name.data(), kind_word.data(), nullptr};
  int error = ::posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

ChildStarter::ChildStarter(Loop& loop, std::string program) : loop_(loop), program_(std::move(program)) {}

ChildStarter::~ChildStarter() {
  for (auto& [name, child] : children_) {
    ::kill(child.pid, SIGKILL);
    ::waitpid(child.pid, nullptr, 0);
  }
}

void ChildStarter::start(const DeputyName& deputy) {
  auto refuse = [this, deputy](const std::string& why, bool passes) {
    loop_.post([this, deputy, why, passes] { news_.refused(deputy, why, passes); });
  };
  if (deputy.uid != ::geteuid())
    return refuse("this daemon acts for uid " + std::to_string(::geteuid()) +
                      " only: for several users it needs a broker, [daemon] broker in its settings",
                  false);
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return refuse(std::string("socketpair: ") + std::strerror(errno), true);
  UniqueFd ours(ends[0]), theirs(ends[1]);
  Child child;
  if (int error = spawn(program_, deputy.kind, theirs.get(), child.pid); error != 0)
    return refuse(program_ + ": " + std::strerror(error), true);
  child.pidfd = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
  child.ended = loop_.watch_readable(child.pidfd.get(), [this, deputy] { collect(deputy); });
  children_.emplace(deputy, std::move(child));
  loop_.post([this, deputy, socket = std::make_shared<UniqueFd>(std::move(ours))] {
    news_.started(deputy, std::move(*socket));
  });
}

void ChildStarter::collect(const DeputyName& deputy) {
  auto found = children_.find(deputy);
  int status = 0;
  if (found == children_.end() || ::waitpid(found->second.pid, &status, WNOHANG) <= 0) return;
  children_.erase(found);
  news_.reaped(deputy, words_of_end(status), true);
}

void ChildStarter::kill(const DeputyName& deputy) {
  if (auto found = children_.find(deputy); found != children_.end()) ::kill(found->second.pid, SIGKILL);
}

}  // namespace trainyard
