// SPDX-License-Identifier: GPL-2.0-or-later
// Plans against what slurmdbd holds of them: a plan is the QOS of its name, in lower case as sacctmgr writes
// it, and its members are the users whose associations name that QOS. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plugins/scheduler.h"

namespace trainyard::slurm {

// A QOS, as far as plans go. GPUs are generic gres/gpu: a limit of typed ones is passed by who asks untyped.
struct PlanQos {
  std::optional<std::int64_t> gpus_per_user, gpus_per_account;  // MaxTRESPerUser, MaxTRESPerAccount
  bool deny_on_limit = false;  // what is larger than the limit is refused, and does not wait for ever
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
  bool enforced = false;  // does slurmctld hold jobs to QOS and their limits?
};

// What is to be done for one plan.
struct PlanChange {
  std::string qos;  // the plan's
  PlanQos wanted;
  std::optional<PlanQos> found;              // nothing: there is no such QOS yet
  std::vector<UserAssociation> to_grant;     // of members, without the QOS
  std::vector<UserAssociation> to_revoke;    // of others, with it
  std::vector<std::string> unknown_members;  // without any association: nobody knows their account

  bool limit_differs() const { return !found || *found != wanted; }
};
std::vector<PlanChange> changes_for(const std::vector<PlanLimit>& plans, const PlanBooks& books);

// The same for people, one row for each thing that differs.
std::vector<PlanDrift> drift_in(const std::vector<PlanChange>& changes, bool enforced);

}  // namespace trainyard::slurm
