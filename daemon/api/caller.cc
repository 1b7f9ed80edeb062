#include "daemon/api/caller.h"

#include "daemon/base/error.h"

namespace trainyard {
namespace {

// Turns Error{not_found} into Error{denied}, because a user whom this machine does not know has no rights.
// Returns all other errors unchanged, such as Error{unavailable} of the name service.
std::exception_ptr denied_to(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::not_found) return std::make_exception_ptr(Error(ErrorKind::denied, e.what()));
    return error;
  } catch (...) {
    return error;
  }
}

}  // namespace

Caller caller_of(const Identity& identity, const RoleLists& lists) {
  const User& user = identity.user;
  return {{user.uid, user.gid, user.name},
          user.home,
          {identity.groups.begin(), identity.groups.end()},
          role_of(identity, lists)};
}

Identify identify_by_name(NameService& names) {
  return [&names](Request head, Identified answer) {
    const uid_t uid = head.peer.uid;
    auto known = [head = std::move(head), answer](const Identity& identity) mutable {
      head.identity = identity;
      answer.known(std::move(head));
    };
    names.look_up(uid, known,
                  [answer](const std::exception_ptr& error) { answer.refused(denied_to(error)); });
  };
}

bool sees_all(const Caller& caller) { return caller.role >= Role::operator_; }

bool may_see(const Caller& caller, const TrainingRun& run) {
  return sees_all(caller) || run.owner.uid == caller.owner.uid;
}

bool may_see(const Caller& caller, const DataSet& data_set) {
  return sees_all(caller) || data_set.owner.uid == caller.owner.uid;
}

}  // namespace trainyard
