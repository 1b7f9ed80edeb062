#include "daemon/base/as_user.h"

#include <grp.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "daemon/base/error.h"
#include "daemon/base/log.h"

namespace trainyard {
namespace {

// setgroups(3) changes all threads; the system call changes this one.
bool set_thread_groups(const std::vector<gid_t>& groups) {
  return ::syscall(SYS_setgroups, groups.size(), groups.data()) == 0;
}

std::vector<gid_t> thread_groups() {
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
  groups.resize(
      static_cast<std::size_t>(std::max(0, ::getgroups(static_cast<int>(groups.size()), groups.data()))));
  return groups;
}

}  // namespace

AsUser::AsUser(uid_t uid) {
  if (uid == ::geteuid()) return;
  if (::geteuid() != 0)
    throw Error(ErrorKind::denied, "the daemon runs as uid " + std::to_string(::geteuid()) +
                                       " and cannot act for uid " + std::to_string(uid));
  User user = user_of(uid);
  groups_before_ = thread_groups();
  bool grouped = set_thread_groups(groups_of(user));
  ::setfsgid(user.gid);
  ::setfsuid(user.uid);
  // Both calls return the id before, never an error: ask again to know.
  if (grouped && static_cast<gid_t>(::setfsgid(user.gid)) == user.gid &&
      static_cast<uid_t>(::setfsuid(user.uid)) == user.uid) {
    changed_ = true;
    return;
  }
  become_itself();
  throw Error(ErrorKind::internal, "cannot act on files as uid " + std::to_string(uid));
}

AsUser::~AsUser() {
  if (changed_) become_itself();
}

void AsUser::become_itself() {
  ::setfsuid(::geteuid());
  ::setfsgid(::getegid());
  bool restored = set_thread_groups(groups_before_);
  if (restored && static_cast<uid_t>(::setfsuid(::geteuid())) == ::geteuid()) return;
  // To go on as the wrong user would be worse than to stop.
  log_error("a thread could not become itself again after acting as a user");
  std::abort();
}

}  // namespace trainyard
