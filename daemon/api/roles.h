// Roles: what a caller may do beyond their own runs, decided here and nowhere else. Each role includes those
// before it; a route names the least one that it takes.
#pragma once
#include <optional>
#include <set>
#include <string>

#include "daemon/api/server.h"
#include "daemon/base/name_service.h"

namespace trainyard {

enum class Role {
  owner,      // everybody: their own runs
  operator_,  // besides: sees and cancels all runs, drains and resumes
  admin,      // everything: what changes the cluster's settings, or its books
};

const char* to_string(Role role);  // "operator"

// [daemon] operators and admins: login names, and "@group" for all members of a Unix group.
struct RoleLists {
  std::set<std::string> operators, admins;
};

// Root and the user whom the daemon runs as are admins, whatever the lists say.
Role role_of(const Identity& identity, const RoleLists& lists);

// How a connection of that uid counts (api/server): operators and admins have places of their own. Decided by
// what is remembered, for a connection cannot wait for the name service.
Standing standing_of(uid_t uid, const std::optional<Identity>& remembered, const RoleLists& lists);

// Error{denied} naming the setting that would help, unless `has` includes `needed`.
void require_role(const std::string& user, Role has, Role needed);

}  // namespace trainyard
