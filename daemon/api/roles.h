// Roles: what a caller may do beyond their own runs; only this file decides it. Each role includes the roles
// before it. A route names the lowest role that may call it.
#pragma once
#include <optional>
#include <set>
#include <string>

#include "daemon/api/server.h"
#include "daemon/base/name_service.h"

namespace trainyard {

enum class Role {
  owner,      // every user: their own runs
  operator_,  // also sees and cancels all runs, stops and resumes the admission of runs
  admin,      // everything, also changes of the cluster's settings and of the accounting
};

const char* to_string(Role role);  // "operator"

// The settings [daemon] operators and admins: login names, and "@group" for all members of a Unix group.
struct RoleLists {
  std::set<std::string> operators, admins;
};

// Returns the role of a user. Root and the user that the daemon runs as are admins, whatever the lists say.
Role role_of(const Identity& identity, const RoleLists& lists);

// Returns how the server limits the connections of this uid (api/server): operators and admins can use
// reserved places. `remembered` is the identity that the name service has in memory; unset: a stranger. A new
// connection cannot wait until the name service has looked up its user.
Standing standing_of(uid_t uid, const std::optional<Identity>& remembered, const RoleLists& lists);

// Throws Error{denied}, which names the setting to change, unless the role `has` includes the role `needed`.
void require_role(const std::string& user, Role has, Role needed);

}  // namespace trainyard
