// Decides which users may have a deputy, by uids and gids from the broker's command line. Pure functions.
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

// Returns Refusal::none if a user with this uid may have a deputy, else the reason; considers only the uid.
// The broker calls this before it starts a process.
Refusal judge_uid(const AllowRules& rules, uid_t uid);

// Returns Refusal::none if a user with these groups may have a deputy, else the reason. `sudo_groups` are the
// groups whose members can become root.
Refusal judge_groups(const AllowRules& rules, uid_t uid, const std::vector<gid_t>& groups,
                     const std::vector<gid_t>& sudo_groups);

}  // namespace trainyard
