// SPDX-License-Identifier: GPL-2.0-or-later
// Decides which account, QOS and partition a user may name in a job, from the associations in slurmdbd and
// the partitions of slurmctld. Pure functions.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/scheduler.h"

namespace trainyard::slurm {

// The groups, accounts and QOS that may use a partition. An empty list of allowed names allows all.
struct PartitionRules {
  std::set<std::string> allow_accounts, deny_accounts, allow_qos, deny_qos, allow_groups;
  bool for_root_alone = false;
};

struct UserRights {
  std::string user;
  std::set<std::string> groups;                           // Unix groups
  std::map<std::string, std::set<std::string>> accounts;  // account → the QOS allowed with it
  std::string default_account;                            // charged when a job names no account
  // False if slurmdbd knows no account of this user and slurmctld does not require one: then any name might
  // be accepted.
  bool accounts_are_known = false;
  std::map<std::string, PartitionRules> partitions;
};

// Returns the names in "vision,speech". Returns none for null, and for "ALL".
std::set<std::string> names_in(const char* list);

// Returns each account, QOS and partition in `names` that the user may not use, with the names that the user
// may use instead.
std::vector<RefusedName> refused_by(const UserRights& rights, const JobNames& names);

}  // namespace trainyard::slurm
