// SPDX-License-Identifier: GPL-2.0-or-later
// Checks if an empty answer means "there is no such job". Slurm leaves out jobs that the caller may not see,
// without saying so.
#pragma once
#include "plugins/slurm/libslurm.h"

namespace trainyard::slurm {

// Throws Error{denied}, with the command that fixes it, if PrivateData hides the jobs of other users from
// this process. Throws Error{unavailable} if slurmdbd, which has to be asked, does not answer.
void check_sees_jobs_of_all(const Cluster& cluster);

// Throws Error{unavailable} if slurmdbd might leave out the jobs of this process's own user, because slurmdbd
// does not know the user.
void check_sees_own_jobs(Database& database, const Cluster& cluster);

}  // namespace trainyard::slurm
