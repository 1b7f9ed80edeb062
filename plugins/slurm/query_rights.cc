// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/query_rights.h"

#include <unistd.h>

#include "daemon/base/error.h"
#include "daemon/base/user.h"

namespace trainyard::slurm {
namespace {

bool is_privileged(const Cluster& cluster) { return ::geteuid() == 0 || ::geteuid() == cluster.slurm_user; }

bool hides_jobs(Database& database, const Cluster& cluster) {
  return cluster.hides_jobs || database.hides_jobs();
}

}  // namespace

void check_sees_jobs_of_all(const Cluster& cluster) {
  if (is_privileged(cluster) || !cluster.has_accounting) {
    if (!cluster.hides_jobs || is_privileged(cluster)) return;
    throw Error(ErrorKind::denied, "PrivateData=jobs in slurm.conf hides the jobs of others from uid " +
                                       std::to_string(::geteuid()) +
                                       ", and without slurmdbd nobody can be made an operator: take it out");
  }
  Database database;
  if (!hides_jobs(database, cluster)) return;
  std::string name = user_of(::geteuid()).name;
  if (database.is_operator(name)) return;
  throw Error(ErrorKind::denied,
              "PrivateData=jobs hides the jobs of others from " + name +
                  ", the user of this daemon: make it an operator of Slurm's, \"sacctmgr -i add user " +
                  name + " account=root adminlevel=operator\" (\"modify user " + name +
                  " set adminlevel=operator\" where sacctmgr knows it already)");
}

void check_sees_own_jobs(Database& database, const Cluster& cluster) {
  if (is_privileged(cluster) || !hides_jobs(database, cluster)) return;
  std::string name = user_of(::geteuid()).name;
  if (!database.associations(cluster.name, {name}).as<slurmdb_assoc_rec_t>().empty()) return;
  throw Error(ErrorKind::unavailable,
              "slurmdbd does not know " + name +
                  " at present, and so may leave out jobs: whether a job is there cannot be told");
}

}  // namespace trainyard::slurm
