// Caller: the user who makes a request. A run belongs to the uid that submitted it. Only its owner and the
// operators see the run; for everybody else it does not exist. Every route knows its caller before it acts.
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

// Returns a function that looks up the identity of a request's peer in `names` and adds it to the head. The
// answer is Error{denied} if this machine knows no user with that uid. `names` must outlive the function.
Identify identify_by_name(NameService& names);

bool sees_all(const Caller& caller);  // the runs and the usage of all users
bool may_see(const Caller& caller, const TrainingRun& run);
bool may_see(const Caller& caller, const DataSet& data_set);

}  // namespace trainyard
