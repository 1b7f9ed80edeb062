// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/plan_drift.h"

#include <algorithm>
#include <cctype>

namespace trainyard::slurm {
namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string gpus_text(const std::optional<std::int64_t>& gpus) {
  return gpus ? "gres/gpu=" + std::to_string(*gpus) : "";
}

PlanQos qos_of(const PlanLimit& plan) {
  PlanQos qos;
  (plan.per_account ? qos.gpus_per_account : qos.gpus_per_user) = plan.gpus;
  qos.deny_on_limit = true;
  return qos;
}

void sort_associations(PlanChange& change, const PlanLimit& plan,
                       const std::vector<UserAssociation>& associations) {
  for (const UserAssociation& association : associations) {
    bool has = association.qos.contains(change.qos);
    bool may = plan.members.empty() || plan.members.contains(association.user);
    if (may && !has) change.to_grant.push_back(association);
    if (has && !may) change.to_revoke.push_back(association);
  }
  for (const std::string& member : plan.members)
    if (std::ranges::find(associations, member, &UserAssociation::user) == associations.end())
      change.unknown_members.push_back(member);
}

void add_row(std::vector<PlanDrift>& rows, const std::string& object, const std::string& attribute,
             const std::string& is, const std::string& should_be, const std::string& remedy = "") {
  if (is != should_be) rows.push_back({object, attribute, is, should_be, remedy});
}

void describe_limit(const PlanChange& change, std::vector<PlanDrift>& rows) {
  std::string object = "qos " + change.qos;
  if (!change.found) add_row(rows, object, "", "missing", "there");
  PlanQos found = change.found.value_or(PlanQos{});
  add_row(rows, object, "MaxTRESPerUser", gpus_text(found.gpus_per_user),
          gpus_text(change.wanted.gpus_per_user));
  add_row(rows, object, "MaxTRESPerAccount", gpus_text(found.gpus_per_account),
          gpus_text(change.wanted.gpus_per_account));
  add_row(rows, object, "Flags", found.deny_on_limit ? "DenyOnLimit" : "", "DenyOnLimit");
}

void describe_users(const PlanChange& change, std::vector<PlanDrift>& rows) {
  auto object = [](const UserAssociation& association) {
    return "user " + association.user + ", account " + association.account;
  };
  for (const UserAssociation& association : change.to_grant)
    rows.push_back({object(association), "qos", "", change.qos, ""});
  for (const UserAssociation& association : change.to_revoke)
    rows.push_back({object(association), "qos", change.qos, "", ""});
  for (const std::string& user : change.unknown_members)
    rows.push_back({"user " + user, "association", "", "one, for plan " + change.qos,
                    "sacctmgr add user " + user + " account=ACCOUNT"});
}

}  // namespace

std::vector<PlanChange> changes_for(const std::vector<PlanLimit>& plans, const PlanBooks& books) {
  std::vector<PlanChange> changes;
  for (const PlanLimit& plan : plans) {
    PlanChange change;
    change.qos = lower_case(plan.name);
    change.wanted = qos_of(plan);
    if (auto found = books.qos.find(change.qos); found != books.qos.end()) change.found = found->second;
    sort_associations(change, plan, books.associations);
    changes.push_back(std::move(change));
  }
  return changes;
}

std::vector<PlanDrift> drift_in(const std::vector<PlanChange>& changes, bool enforced) {
  std::vector<PlanDrift> rows;
  for (const PlanChange& change : changes) {
    describe_limit(change, rows);
    describe_users(change, rows);
  }
  if (!enforced && !changes.empty())
    rows.push_back({"slurm.conf", "AccountingStorageEnforce", "", "associations,limits,qos",
                    "without it slurmctld holds nobody to QOS; set it and restart slurmctld"});
  return rows;
}

}  // namespace trainyard::slurm
