#include "daemon/api/auth.h"

#include <unistd.h>

#include "daemon/base/as_user.h"
#include "daemon/base/error.h"

namespace trainyard {

Caller caller_of(const Peer& peer, const std::set<std::string>& admins) {
  try {
    User user = user_of(peer.uid);
    bool admin = user.uid == 0 || user.uid == ::geteuid() || admins.count(user.name) > 0;
    return {{user.uid, user.gid, user.name}, admin};
  } catch (const Error& e) {
    throw Error(ErrorKind::denied, e.what());
  }
}

void require_admin(const Caller& caller) {
  if (!caller.admin)
    throw Error(ErrorKind::denied,
                caller.owner.name + " is no admin of this daemon; [daemon] admins names them");
}

bool may_see(const Caller& caller, const TrainingRun& run) {
  return caller.admin || run.owner.uid == caller.owner.uid;
}

}  // namespace trainyard
