#include "daemon/api/roles.h"

#include <grp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

std::optional<gid_t> gid_of_group(const std::string& name) {
  group entry{};
  group* found = nullptr;
  for (std::size_t size = 1 << 14;; size *= 2) {  // of all its members' names, which may be many
    std::vector<char> buffer(size);
    if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) == ERANGE) continue;
    return found == nullptr ? std::nullopt : std::optional(found->gr_gid);
  }
}

bool is_in_group(const User& user, const std::string& name) {
  std::optional<gid_t> gid = gid_of_group(name);
  if (!gid) return false;
  std::vector<gid_t> groups = groups_of(user);
  return std::find(groups.begin(), groups.end(), *gid) != groups.end();
}

bool names(const std::set<std::string>& list, const User& user) {
  return list.contains(user.name) || std::any_of(list.begin(), list.end(), [&](const std::string& entry) {
           return entry.starts_with('@') && is_in_group(user, entry.substr(1));
         });
}

}  // namespace

const char* to_string(Role role) {
  switch (role) {
    case Role::owner:
      return "owner";
    case Role::operator_:
      return "operator";
    case Role::admin:
      return "admin";
  }
  return "owner";
}

Role role_of(const User& user, const RoleLists& lists) {
  if (user.uid == 0 || user.uid == ::geteuid() || names(lists.admins, user)) return Role::admin;
  return names(lists.operators, user) ? Role::operator_ : Role::owner;
}

void require_role(const std::string& user, Role has, Role needed) {
  if (has >= needed) return;
  std::string name = to_string(needed);
  throw Error(ErrorKind::denied,
              user + " is no " + name + " of this daemon; [daemon] " + name + "s names them");
}

}  // namespace trainyard
