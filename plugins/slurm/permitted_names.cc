// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/permitted_names.h"

#include <algorithm>

#include "daemon/base/text.h"

namespace trainyard::slurm {
namespace {

std::vector<std::string> keys_of(const auto& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

bool allows(const std::set<std::string>& allowed, const std::set<std::string>& denied,
            const std::string& name) {
  return (allowed.empty() || allowed.contains(name)) && !denied.contains(name);
}

bool shares(const std::set<std::string>& one, const std::set<std::string>& other) {
  return std::any_of(one.begin(), one.end(), [&](const std::string& name) { return other.contains(name); });
}

// Returns why a user's job with this account and QOS may not use a partition; empty: it may. An empty QOS is
// not checked, because Slurm chooses the QOS then.
std::string closed_to(const PartitionRules& rules, const UserRights& rights, const std::string& account,
                      const std::string& qos) {
  if (!rules.allow_groups.empty() && !shares(rules.allow_groups, rights.groups))
    return "is for the Unix groups " + join({rules.allow_groups.begin(), rules.allow_groups.end()}, ", ");
  if (!account.empty() && !allows(rules.allow_accounts, rules.deny_accounts, account))
    return "is closed to account " + account;
  if (!qos.empty() && !allows(rules.allow_qos, rules.deny_qos, qos)) return "is closed to qos " + qos;
  return "";
}

void check_account(const UserRights& rights, const JobNames& names, std::vector<RefusedName>& refused) {
  if (names.account.empty() || rights.accounts.contains(names.account)) return;
  refused.push_back(
      {"account", names.account, "is not an account of " + rights.user + "'s", keys_of(rights.accounts)});
}

void check_qos(const UserRights& rights, const JobNames& names, const std::string& account,
               std::vector<RefusedName>& refused) {
  auto charged = rights.accounts.find(account);
  if (names.qos.empty() || charged == rights.accounts.end() || charged->second.contains(names.qos)) return;
  refused.push_back({"qos",
                     names.qos,
                     "is not for " + rights.user + " in account " + account,
                     {charged->second.begin(), charged->second.end()}});
}

// Adds to `refused` the partitions in a list like "gpu,long" that the job may not use. Adds none if the job
// may use another one in the list, because Slurm uses that one.
void check_partition(const UserRights& rights, const JobNames& names, const std::string& account,
                     std::vector<RefusedName>& refused) {
  if (names.partition.empty()) return;
  std::vector<std::string> open;
  for (const auto& [name, rules] : rights.partitions)
    if (closed_to(rules, rights, account, names.qos).empty()) open.push_back(name);
  const std::vector<std::string> asked = split(names.partition, ',');
  const bool one_is_open = std::any_of(asked.begin(), asked.end(), [&](const std::string& name) {
    return std::find(open.begin(), open.end(), name) != open.end();
  });
  // A partition for root alone is not suggested as an alternative. (Slurm itself refuses a job that names
  // it.)
  std::erase_if(open, [&](const std::string& name) { return rights.partitions.at(name).for_root_alone; });
  for (const std::string& name : asked) {
    auto rules = rights.partitions.find(name);
    if (rules == rights.partitions.end())
      refused.push_back({"partition", name, "is not a partition of this cluster", open});
    else if (!one_is_open)
      refused.push_back({"partition", name, closed_to(rules->second, rights, account, names.qos), open});
  }
}

}  // namespace

std::set<std::string> names_in(const char* list) {
  std::set<std::string> names;
  for (const std::string& name : split(list == nullptr ? "" : list, ','))
    if (!name.empty()) names.insert(name);
  return names.contains("ALL") ? std::set<std::string>{} : names;
}

std::vector<RefusedName> refused_by(const UserRights& rights, const JobNames& names) {
  std::vector<RefusedName> refused;
  if (rights.accounts_are_known) check_account(rights, names, refused);
  bool own = rights.accounts.contains(names.account);
  std::string account =
      names.account.empty() || (rights.accounts_are_known && !own) ? rights.default_account : names.account;
  if (rights.accounts_are_known) check_qos(rights, names, account, refused);
  check_partition(rights, names, account, refused);
  return refused;
}

}  // namespace trainyard::slurm
