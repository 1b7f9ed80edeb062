#include "daemon/broker/record.h"

#include <sys/wait.h>

namespace trainyard {

const char* words_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::none:
      return "nothing was refused";
    case Refusal::wrong_version:
      return "trainyardd and trainyard-broker are of different releases; restart both services";
    case Refusal::bad_request:
      return "trainyard-broker does not understand the request; is it of the same release as trainyardd?";
    case Refusal::uid_too_low:
      return "the uid is a system user's; trainyard-broker --least-uid says which are people's";
    case Refusal::refused_uid:
      return "the uid is one of those that trainyard-broker --refuse-uid names, or that of trainyardd";
    case Refusal::superuser:
      return "root may not submit runs; submit as an ordinary user, or start trainyard-broker with "
             "--allow-root";
    case Refusal::sudoer:
      return "members of sudo, wheel and admin may not submit runs, because who controls trainyardd could "
             "become root "
             "through them; submit as another user, or start trainyard-broker with --allow-sudoers";
    case Refusal::not_in_group:
      return "the user is not in the group that trainyard-broker --group names; an admin can add him to it";
    case Refusal::unknown_user:
      return "this machine knows no user with that uid; getent passwd shows whom it knows";
    case Refusal::name_service_unavailable:
      return "the name service of this machine does not answer";
    case Refusal::still_there:
      return "an earlier process of the same user has not ended yet, perhaps because a file system does not "
             "answer";
    case Refusal::too_many:
      return "trainyard-broker has as many deputies as it may have (--most-deputies)";
    case Refusal::fork_failed:
      return "this machine has no room for another process";
    case Refusal::privileges_not_dropped:
      return "the process would have kept rights of root, and so was ended; see the journal of "
             "trainyard-broker";
    case Refusal::setup_failed:
      return "the process could not be prepared; see the journal of trainyard-broker";
    case Refusal::exec_failed:
      return "trainyard-deputy cannot be executed; is it installed where trainyard-broker --deputy says?";
  }
  return "trainyard-broker refused, for a reason that this release of trainyardd does not know";
}

bool passes_by_itself(Refusal refusal) {
  switch (refusal) {
    case Refusal::name_service_unavailable:
    case Refusal::still_there:
    case Refusal::too_many:
    case Refusal::fork_failed:
    case Refusal::setup_failed:
      return true;
    default:
      return false;
  }
}

int exit_status_of(Refusal refusal) { return first_refusal_status + static_cast<int>(refusal); }

Refusal refusal_in(int wait_status) {
  if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) <= first_refusal_status) return Refusal::none;
  return static_cast<Refusal>(WEXITSTATUS(wait_status) - first_refusal_status);
}

}  // namespace trainyard
