// Who may have a deputy. Rules are numbers, from the broker's command line. Pure.
#pragma once
#include <sys/types.h>

#include <optional>
#include <vector>

#include "daemon/broker/record.h"

namespace trainyard {

struct AllowRules {
  uid_t least_uid = 1000;           // system users are below
  std::vector<uid_t> refused_uids;  // of services with uids above: the daemon's own, SlurmUser, munge
  std::optional<gid_t> group;       // only its members
  bool allow_root = false;
  bool allow_sudoers = false;
};

// What the uid alone says: for the broker, before there is a process.
Refusal judge_uid(const AllowRules& rules, uid_t uid);

// What a user's groups say; sudo_groups are those that make a root of their members.
Refusal judge_groups(const AllowRules& rules, uid_t uid, const std::vector<gid_t>& groups,
                     const std::vector<gid_t>& sudo_groups);

}  // namespace trainyard
