#include "daemon/api/roles.h"

#include <unistd.h>

#include <algorithm>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

bool names(const std::set<std::string>& list, const Identity& identity) {
  return list.contains(identity.user.name) ||
         std::any_of(identity.groups.begin(), identity.groups.end(),
                     [&](const std::string& group) { return list.contains('@' + group); });
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

Role role_of(const Identity& identity, const RoleLists& lists) {
  const uid_t uid = identity.user.uid;
  if (uid == 0 || uid == ::geteuid() || names(lists.admins, identity)) return Role::admin;
  return names(lists.operators, identity) ? Role::operator_ : Role::owner;
}

Standing standing_of(uid_t uid, const std::optional<Identity>& remembered, const RoleLists& lists) {
  if (uid == 0 || uid == ::geteuid()) return Standing::privileged;
  if (!remembered) return Standing::stranger;
  return role_of(*remembered, lists) >= Role::operator_ ? Standing::privileged : Standing::known;
}

void require_role(const std::string& user, Role has, Role needed) {
  if (has >= needed) return;
  std::string name = to_string(needed);
  throw Error(ErrorKind::denied, user + " is not an " + name + " of this daemon: ask its admin to add " +
                                     user + " to [daemon] " + name + "s in trainyard.toml");
}

}  // namespace trainyard
