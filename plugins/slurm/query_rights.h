// SPDX-License-Identifier: GPL-2.0-or-later
// Checks that an answer without a job means that there is no such job: Slurm leaves out, without an error,
// jobs that the caller has no right to see.
#pragma once
#include "plugins/slurm/libslurm.h"

namespace trainyard::slurm {

// Throws Error{denied}, with the command that fixes it, if the setting PrivateData hides the jobs of other
// users from this process. Throws Error{unavailable} if slurmdbd, which must be queried for this, does not
// answer.
void check_sees_jobs_of_all(const Cluster& cluster);

// Throws Error{unavailable} if slurmdbd might leave out the jobs of this process's own user, because it has
// no association of this user.
void check_sees_own_jobs(Database& database, const Cluster& cluster);

}  // namespace trainyard::slurm
