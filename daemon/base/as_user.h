// AsUser: while it lives, this thread — and no other — touches files as that user. The daemon runs as root
// and reads, writes and removes users' files only inside such a scope, so the kernel decides what they may.
//
// Linux keeps the file-system uid, gid and groups per thread, and drops the file capabilities with the uid;
// NFS and SMB servers do the same. A process that is not root can be itself only: Error{denied} for anybody
// else.
#pragma once
#include <sys/types.h>

#include <vector>

#include "daemon/base/user.h"

namespace trainyard {

class AsUser {
 public:
  explicit AsUser(uid_t uid);
  ~AsUser();
  AsUser(const AsUser&) = delete;
  AsUser& operator=(const AsUser&) = delete;

 private:
  void become_itself();

  bool changed_ = false;
  std::vector<gid_t> groups_before_;
};

}  // namespace trainyard
