// SPDX-License-Identifier: GPL-2.0-or-later
// Reads and sets the site's plans, as QOS in slurmdbd.
#include <string_view>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "plugins/slurm/plan_drift.h"
#include "plugins/slurm/slurm_actor.h"
#include "plugins/slurm/slurm_reader.h"
#include "plugins/slurm/tres.h"

namespace trainyard::slurm {
namespace {

std::uint32_t id_of_gpus(Database& database) {
  for (const auto& [id, name] : tres_names(database))
    if (name == generic_gpu) return id;
  throw Error(
      ErrorKind::invalid,
      "Slurm does not account for GPUs, so that it cannot limit them: set AccountingStorageTRES=gres/gpu in "
      "slurm.conf and restart slurmctld");
}

// Returns the amount of the TRES with this id in "1=4,1001=2". Returns nullopt if there is no limit.
std::optional<std::int64_t> amount_in(const char* tres, std::uint32_t id) {
  for (const std::string& entry : split(tres == nullptr ? "" : tres, ','))
    if (entry.starts_with(std::to_string(id) + "="))
      return whole_number<std::int64_t>(entry.substr(entry.find('=') + 1));
  return std::nullopt;
}

// Returns a limit like "1001=2". The amount −1 removes a limit.
std::string tres_text(std::uint32_t id, const std::optional<std::int64_t>& amount) {
  return std::to_string(id) + "=" + std::to_string(amount.value_or(-1));
}

PlanBooks read_books(Database& database, std::uint32_t gpus, const Cluster& cluster) {
  PlanBooks books;
  books.enforced = cluster.enforces_limits;
  std::map<std::string, std::string> names;  // names of QOS by id, which associations refer to
  RecordList qos_list = database.qos();
  for (const slurmdb_qos_rec_t* qos : qos_list.as<slurmdb_qos_rec_t>()) {
    names[std::to_string(qos->id)] = qos->name;
    books.qos[qos->name] = {amount_in(qos->max_tres_pu, gpus), amount_in(qos->max_tres_pa, gpus),
                            (qos->flags & QOS_FLAG_DENY_LIMIT) != 0};
  }
  RecordList associations = database.associations(cluster.name);
  for (const slurmdb_assoc_rec_t* association : associations.as<slurmdb_assoc_rec_t>()) {
    UserAssociation user{association->user, association->acct, {}};
    for (const std::string& id : texts_in(association->qos_list)) user.qos.insert(names[id]);
    books.associations.push_back(std::move(user));
  }
  return books;
}

std::uint32_t id_of_qos(Database& database, const std::string& name) {
  RecordList list = database.qos();
  for (const slurmdb_qos_rec_t* qos : list.as<slurmdb_qos_rec_t>())
    if (name == qos->name) return qos->id;
  throw Error(ErrorKind::internal, "slurmdbd: qos " + name + " was added and is not there");
}

void set_limit(Database& database, std::uint32_t gpus, const PlanChange& change) {
  std::string name = change.qos, per_user = tres_text(gpus, change.wanted.gpus_per_user),
              per_account = tres_text(gpus, change.wanted.gpus_per_account);
  slurmdb_qos_rec_t record = change.found ? no_change_of_qos() : qos_without_limits();
  record.max_tres_pu = change.found || change.wanted.gpus_per_user ? per_user.data() : nullptr;
  record.max_tres_pa = change.found || change.wanted.gpus_per_account ? per_account.data() : nullptr;
  record.flags = QOS_FLAG_DENY_LIMIT | (change.found ? QOS_FLAG_ADD : 0);
  if (change.found) return database.modify_qos(name, record);
  std::string description = "plan " + name + " of Trainyard";
  record.name = name.data();
  record.description = description.data();
  database.add_qos(record);
}

std::vector<std::string> users_of(const std::vector<UserAssociation>& associations) {
  std::set<std::string> users;
  for (const UserAssociation& association : associations) users.insert(association.user);
  return {users.begin(), users.end()};
}

// Grants the plan's QOS to its members, and revokes it from other users, in all accounts of a user. Granting
// changes nothing where the user already has the QOS.
void set_users(Database& database, const std::string& cluster, const PlanChange& change) {
  if (change.to_grant.empty() && change.to_revoke.empty()) return;
  std::string id = std::to_string(id_of_qos(database, change.qos));
  if (!change.to_grant.empty()) database.change_qos_of(users_of(change.to_grant), cluster, "+" + id);
  if (!change.to_revoke.empty()) database.change_qos_of(users_of(change.to_revoke), cluster, "-" + id);
}

void check_accounting(const Cluster& cluster) {
  if (!cluster.has_accounting)
    throw Error(ErrorKind::invalid, "cluster " + cluster.name +
                                        " has no slurmdbd, and so no QOS: the plans are Trainyard's alone");
}

}  // namespace

std::vector<PlanDrift> SlurmReader::plan_drift(const std::vector<PlanLimit>& plans) {
  check_accounting(cluster_);
  PlanBooks books =
      database_.ask([&](Database& database) { return read_books(database, id_of_gpus(database), cluster_); });
  return drift_in(changes_for(plans, books), books.enforced);
}

std::vector<PlanDrift> SlurmActor::apply_plans(const std::vector<PlanLimit>& plans) {
  check_accounting(cluster_);
  Database database;
  std::uint32_t gpus = id_of_gpus(database);
  PlanBooks books = read_books(database, gpus, cluster_);
  std::vector<PlanChange> changes = changes_for(plans, books);
  for (const PlanChange& change : changes) {
    if (change.limit_differs()) set_limit(database, gpus, change);
    set_users(database, cluster_.name, change);
  }
  database.commit();
  return drift_in(changes, books.enforced);
}

}  // namespace trainyard::slurm
