#include "daemon/broker/child.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <vector>

namespace trainyard {
namespace {

constexpr int deputy_socket = 3;
constexpr rlim_t most_open_files = 4096;
constexpr rlim_t most_address_space = rlim_t{4} << 30;

[[noreturn]] void give_up(Refusal refusal, const char* doing) {
  int error = errno;
  ::dprintf(STDERR_FILENO, "<4>no deputy: %s: %s\n", doing, std::strerror(error));
  ::_exit(exit_status_of(refusal));
}

[[noreturn]] void refuse(Refusal refusal) { ::_exit(exit_status_of(refusal)); }

// Moves the socket to the daemon to descriptor 3 and closes all higher descriptors, which are the broker's.
void keep_only(int socket) {
  if (socket != deputy_socket && ::dup2(socket, deputy_socket) < 0) give_up(Refusal::setup_failed, "dup2");
  if (::fcntl(deputy_socket, F_SETFD, 0) != 0) give_up(Refusal::setup_failed, "fcntl");
  if (::close_range(deputy_socket + 1, ~0U, 0) != 0) give_up(Refusal::setup_failed, "close_range");
}

// Makes the kernel kill this process when the broker dies (PR_SET_PDEATHSIG). Must be called again after a
// change of uid, which resets this setting. Ends the process if the broker has died already.
void die_with(pid_t broker) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(Refusal::setup_failed, "PR_SET_PDEATHSIG");
  if (::getppid() != broker) ::_exit(0);  // no broker is left that could read an exit status
}

// Returns true if `error`, the errno after a look-up without a result, means that there is no such user or
// group (getpwnam(3) lists the values that occur).
bool means_not_found(int error) { return error == 0 || error == ENOENT || error == ESRCH; }

passwd look_up(uid_t uid) {
  errno = 0;
  if (const passwd* found = ::getpwuid(uid)) return *found;
  if (means_not_found(errno)) refuse(Refusal::unknown_user);
  give_up(Refusal::name_service_unavailable, "getpwuid");
}

std::vector<gid_t> groups_of(const passwd& user) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  while (::getgrouplist(user.pw_name, user.pw_gid, groups.data(), &count) < 0)
    groups.resize(static_cast<std::size_t>(count));
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

std::vector<gid_t> sudo_groups() {
  std::vector<gid_t> groups;
  for (const char* name : {"sudo", "wheel"}) {
    errno = 0;
    if (const group* found = ::getgrnam(name))
      groups.push_back(found->gr_gid);
    else if (!means_not_found(errno))
      give_up(Refusal::name_service_unavailable, "getgrnam");
  }
  return groups;
}

void set_ids(uid_t uid, gid_t gid, const std::vector<gid_t>& groups) {
  if (::setgroups(groups.size(), groups.data()) != 0) give_up(Refusal::privileges_not_dropped, "setgroups");
  if (::setresgid(gid, gid, gid) != 0) give_up(Refusal::privileges_not_dropped, "setresgid");
  if (::setresuid(uid, uid, uid) != 0) give_up(Refusal::privileges_not_dropped, "setresuid");
}

// Drops all capabilities of this process. A change of uid drops them, too, but not if the new uid is root.
// After no_new_privs, exec cannot give them back.
void drop_capabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up(Refusal::privileges_not_dropped, "no_new_privs");
  if (::syscall(SYS_capset, &header, none) != 0) give_up(Refusal::privileges_not_dropped, "capset");
}

// Joins a new session keyring; otherwise the deputies of all users would share the broker's. Ignores an
// error, because it means that the kernel has no keyrings.
void leave_keyring() { ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr); }

// Ends the process if the kernel still gives it more than the rights of the user: reads its uids, gids,
// capabilities and no_new_privs from the kernel, and tries to become root.
void prove_unprivileged(uid_t uid, gid_t gid) {
  errno = 0;
  uid_t uids[3] = {};
  gid_t gids[3] = {};
  ::getresuid(&uids[0], &uids[1], &uids[2]);
  ::getresgid(&gids[0], &gids[1], &gids[2]);
  bool mine = std::all_of(uids, uids + 3, [&](uid_t id) { return id == uid; }) &&
              std::all_of(gids, gids + 3, [&](gid_t id) { return id == gid; });
  if (!mine) give_up(Refusal::privileges_not_dropped, "getresuid, getresgid");
  if (uid != 0 && ::setuid(0) == 0) give_up(Refusal::privileges_not_dropped, "root can be had back");

  // Checks three of the five sets of capabilities. The ambient set is part of the permitted set, and the
  // bounding set only limits exec, which no_new_privs does already.
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  bool empty = ::syscall(SYS_capget, &header, sets) == 0 &&
               std::all_of(std::begin(sets), std::end(sets), [](const auto& set) {
                 return (set.effective | set.permitted | set.inheritable) == 0;
               });
  if (!empty) give_up(Refusal::privileges_not_dropped, "capget");
  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) give_up(Refusal::privileges_not_dropped, "no_new_privs");
}

void limit(__rlimit_resource resource, rlim_t most) {
  rlimit now{};
  ::getrlimit(resource, &now);
  rlim_t value = std::min(most, now.rlim_max);
  rlimit wanted{.rlim_cur = value, .rlim_max = value};
  if (::setrlimit(resource, &wanted) != 0) give_up(Refusal::setup_failed, "setrlimit");
}

void settle_down() {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, most_open_files);
  limit(RLIMIT_AS, most_address_space);
  ::umask(077);
  if (::chdir("/") != 0) give_up(Refusal::setup_failed, "chdir");
  int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) give_up(Refusal::setup_failed, "/dev/null");
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::dup2(null, fd) != fd) give_up(Refusal::setup_failed, "dup2");
}

}  // namespace

const char* name_of(DeputyKind kind) {
  switch (kind) {
    case DeputyKind::files:
      return "files";
    case DeputyKind::slurm:
      return "slurm";
  }
  return nullptr;
}

void become_deputy(const DeputyProgram& program, uid_t uid, DeputyKind kind, int socket, pid_t broker) {
  ::setsid();
  die_with(broker);
  keep_only(socket);

  passwd user = look_up(uid);
  std::vector<gid_t> groups = groups_of(user);
  Refusal refusal = judge_groups(program.rules, uid, groups, sudo_groups());
  if (refusal != Refusal::none) refuse(refusal);

  set_ids(uid, user.pw_gid, groups);
  leave_keyring();
  drop_capabilities();
  prove_unprivileged(uid, user.pw_gid);
  die_with(broker);
  settle_down();

  const char* arguments[] = {program.path.c_str(), name_of(kind), nullptr};
  const char* environment[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", nullptr};
  ::execve(program.path.c_str(), const_cast<char**>(arguments), const_cast<char**>(environment));
  refuse(errno == EAGAIN || errno == ENOMEM ? Refusal::fork_failed : Refusal::exec_failed);
}

}  // namespace trainyard
