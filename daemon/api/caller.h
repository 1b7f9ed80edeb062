// Caller: the user who makes a request. A run belongs to the uid that submitted it. Only its owner, operators
// and admins see the run; other callers get Error{not_found}, as if there were no such run. The caller is
// known before a route's handler is called.
#pragma once
#include <set>
#include <string>

#include "daemon/api/exchange.h"
#include "daemon/api/roles.h"
#include "daemon/run/data_set.h"
#include "daemon/run/run.h"

namespace trainyard {

struct Caller {
  Owner owner;
  std::string home;              // the owner's home directory; empty: none
  std::set<std::string> groups;  // the owner's Unix groups
  Role role = Role::owner;
};

Caller caller_of(const Identity& identity, const RoleLists& lists);

// Returns a function that looks up the user and groups of a request's peer by uid in `names` and sets them as
// the identity in the request's head. It refuses the request with Error{denied} if this machine knows no user
// with that uid. `names` must outlive the function.
Identify identify_by_name(NameService& names);

bool sees_all(const Caller& caller);  // the runs and the usage of all users
bool may_see(const Caller& caller, const TrainingRun& run);
bool may_see(const Caller& caller, const DataSet& data_set);

}  // namespace trainyard
