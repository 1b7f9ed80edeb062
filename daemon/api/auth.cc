#include "daemon/api/auth.h"

#include "daemon/base/as_user.h"
#include "daemon/base/error.h"

namespace trainyard {

Caller caller_of(const Peer& peer, const RoleLists& lists) {
  try {
    User user = user_of(peer.uid);
    return {{user.uid, user.gid, user.name}, role_of(user, lists)};
  } catch (const Error& e) {
    throw Error(ErrorKind::denied, e.what());
  }
}

bool sees_all(const Caller& caller) { return caller.role >= Role::operator_; }

bool may_see(const Caller& caller, const TrainingRun& run) {
  return sees_all(caller) || run.owner.uid == caller.owner.uid;
}

}  // namespace trainyard
