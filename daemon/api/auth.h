// Who asks, and what they may: a run belongs to the uid that submitted it; its owner and the admins see it,
// for everybody else it is not there. Every route knows its caller before it acts.
#pragma once
#include <set>
#include <string>

#include "daemon/api/http.h"
#include "daemon/run/run.h"

namespace trainyard {

struct Caller {
  Owner owner;
  bool admin = false;  // root, the daemon's own uid, and those the configuration names
};

// Error{denied} when this machine knows no user of that uid.
Caller caller_of(const Peer& peer, const std::set<std::string>& admins);

void require_admin(const Caller& caller);  // Error{denied}
bool may_see(const Caller& caller, const TrainingRun& run);

}  // namespace trainyard
