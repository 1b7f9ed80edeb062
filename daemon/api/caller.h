// Who asks: a run belongs to the uid that submitted it; its owner and the operators see it, for everybody
// else it is not there. Every route knows its caller before it acts.
#pragma once
#include <set>
#include <string>

#include "daemon/api/exchange.h"
#include "daemon/api/roles.h"
#include "daemon/run/run.h"

namespace trainyard {

struct Caller {
  Owner owner;
  std::string home;              // of the owner; empty where it has none
  std::set<std::string> groups;  // of Unix, the owner's
  Role role = Role::owner;
};

Caller caller_of(const Identity& identity, const RoleLists& lists);

// The head with the identity of its peer, or Error{denied} when this machine knows no user of that uid; by
// `names`, which outlives what it hands out.
Identify identify_by_name(NameService& names);

bool sees_all(const Caller& caller);  // everybody's runs and usage
bool may_see(const Caller& caller, const TrainingRun& run);

}  // namespace trainyard
