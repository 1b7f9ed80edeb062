// SPDX-License-Identifier: GPL-2.0-or-later
// What a user may name in a job, by the associations in slurmdbd and the partitions of slurmctld. Pure.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/scheduler.h"

namespace trainyard::slurm {

// A partition's lists. An empty one of allowed names allows all.
struct PartitionRules {
  std::set<std::string> allow_accounts, deny_accounts, allow_qos, deny_qos, allow_groups;
  bool for_root_alone = false;
};

struct UserRights {
  std::string user;
  std::set<std::string> groups;                           // of Unix
  std::map<std::string, std::set<std::string>> accounts;  // account → the QOS allowed with it
  std::string default_account;                            // what is charged when none is named
  // False where slurmdbd knows no account of the user's and slurmctld does not insist: then any name may do.
  bool accounts_are_known = false;
  std::map<std::string, PartitionRules> partitions;
};

// "vision,speech" as a set; none for null, and for "ALL".
std::set<std::string> names_in(const char* list);

// Account, qos, partition: each that the user may not use, with what may stand in its place.
std::vector<RefusedName> refused_by(const UserRights& rights, const JobNames& names);

}  // namespace trainyard::slurm
