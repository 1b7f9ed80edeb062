// SPDX-License-Identifier: GPL-2.0-or-later
// Queries slurmctld and slurmdbd for the accounts, QOS and partitions that a user may use.
#include "plugins/slurm/permitted_names.h"
#include "plugins/slurm/query_rights.h"
#include "plugins/slurm/slurm_reader.h"

namespace trainyard::slurm {
namespace {

// Returns the user's accounts, and the QOS allowed with each, from slurmdbd.
UserRights rights_in(Database& database, const std::string& cluster, const std::string& user) {
  UserRights rights;
  rights.user = user;
  RecordList qos_list = database.qos();
  std::map<std::string, std::string> names;
  for (const slurmdb_qos_rec_t* qos : qos_list.as<slurmdb_qos_rec_t>())
    names[std::to_string(qos->id)] = qos->name;
  RecordList associations = database.associations(cluster, {rights.user});
  for (const slurmdb_assoc_rec_t* association : associations.as<slurmdb_assoc_rec_t>()) {
    std::set<std::string>& qos = rights.accounts[association->acct];
    for (const std::string& id : texts_in(association->qos_list)) qos.insert(names[id]);
    if (association->is_def == 1) rights.default_account = association->acct;
  }
  return rights;
}

void read_partitions(UserRights& rights) {
  PartitionRecords records = load_partitions();
  for (const partition_info_t& partition : records.partitions())
    rights.partitions[partition.name] = {
        names_in(partition.allow_accounts), names_in(partition.deny_accounts),
        names_in(partition.allow_qos),      names_in(partition.deny_qos),
        names_in(partition.allow_groups),   (partition.flags & PART_FLAG_ROOT_ONLY) != 0};
}

}  // namespace

void SlurmReader::check_sees_all_jobs() { check_sees_jobs_of_all(cluster_); }

std::vector<RefusedName> SlurmReader::refused_names(const std::string& user,
                                                    const std::set<std::string>& groups,
                                                    const JobNames& names) {
  UserRights rights;
  rights.user = user;
  if (cluster_.has_accounting)
    rights = database_.ask([&](Database& database) { return rights_in(database, cluster_.name, user); });
  rights.accounts_are_known =
      cluster_.has_accounting && (!rights.accounts.empty() || cluster_.enforces_associations);
  if (!names.partition.empty()) {
    rights.groups = groups;
    read_partitions(rights);
  }
  return refused_by(rights, names);
}

std::map<std::string, std::string> SlurmReader::default_accounts(const std::set<std::string>& users) {
  if (!cluster_.has_accounting || users.empty()) return {};
  return database_.ask([&](Database& database) {
    std::map<std::string, std::string> accounts;
    RecordList associations = database.associations(cluster_.name, {users.begin(), users.end()});
    for (const slurmdb_assoc_rec_t* association : associations.as<slurmdb_assoc_rec_t>())
      if (association->is_def == 1) accounts[association->user] = association->acct;
    return accounts;
  });
}

}  // namespace trainyard::slurm
