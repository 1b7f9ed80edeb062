// SPDX-License-Identifier: GPL-2.0-or-later
// Compares the site's plans with the QOS in slurmdbd. A plan corresponds to the QOS with the plan's name, in
// lower case as sacctmgr writes it. Its members correspond to the users whose associations have this QOS.
// Pure functions.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plugins/scheduler.h"

namespace trainyard::slurm {

// The fields of a QOS that a plan sets. GPUs are limited as the generic gres/gpu, because a job that requests
// untyped GPUs would bypass a limit on typed ones.
struct PlanQos {
  std::optional<std::int64_t> gpus_per_user, gpus_per_account;  // MaxTRESPerUser, MaxTRESPerAccount
  bool deny_on_limit = false;  // a job larger than the limit is refused instead of waiting for ever
  bool operator==(const PlanQos&) const = default;
};

// A user in an account.
struct UserAssociation {
  std::string user, account;
  std::set<std::string> qos;  // names, inherited ones too
};

struct PlanBooks {
  std::map<std::string, PlanQos> qos;  // by name
  std::vector<UserAssociation> associations;
  bool enforced = false;  // slurmctld enforces QOS and their limits
};

// The changes in slurmdbd that one plan needs.
struct PlanChange {
  std::string qos;  // the plan's QOS
  PlanQos wanted;
  std::optional<PlanQos> found;              // nullopt: there is no such QOS yet
  std::vector<UserAssociation> to_grant;     // members that lack the QOS
  std::vector<UserAssociation> to_revoke;    // other users that have the QOS
  std::vector<std::string> unknown_members;  // members without any association: their account is unknown

  bool limit_differs() const { return !found || *found != wanted; }
};
std::vector<PlanChange> changes_for(const std::vector<PlanLimit>& plans, const PlanBooks& books);

// Returns one PlanDrift, a description for people, for each difference in the changes.
std::vector<PlanDrift> drift_in(const std::vector<PlanChange>& changes, bool enforced);

}  // namespace trainyard::slurm
