// Decides which users may have a deputy. The rules are numbers from the broker's command line. Pure
// functions.
#pragma once
#include <sys/types.h>

#include <optional>
#include <vector>

#include "daemon/broker/record.h"

namespace trainyard {

struct AllowRules {
  uid_t least_uid = 1000;           // smaller uids are system users
  std::vector<uid_t> refused_uids;  // services with larger uids: the daemon's own, SlurmUser, munge
  std::optional<gid_t> group;       // if set, only members of this group may have a deputy
  bool allow_root = false;
  bool allow_sudoers = false;
};

// Judges the uid alone. The broker calls this before it starts a process. Returns Refusal::none if the user
// may have a deputy.
Refusal judge_uid(const AllowRules& rules, uid_t uid);

// Judges the user's groups. `sudo_groups` are the groups whose members can become root. Returns Refusal::none
// if the user may have a deputy.
Refusal judge_groups(const AllowRules& rules, uid_t uid, const std::vector<gid_t>& groups,
                     const std::vector<gid_t>& sudo_groups);

}  // namespace trainyard
