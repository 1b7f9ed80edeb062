// SPDX-License-Identifier: GPL-2.0-or-later
// Whether an empty answer means "there is no such job". Slurm leaves out what the asker may not see, and says
// nothing of it.
#pragma once
#include "plugins/slurm/libslurm.h"

namespace trainyard::slurm {

// Error{denied}, with the command that mends it, when PrivateData hides the jobs of other users from this
// process. Error{unavailable} when slurmdbd, which knows, does not answer.
void check_sees_jobs_of_all(const Cluster& cluster);

// Error{unavailable} when slurmdbd may leave out the jobs of this process's own user, because it does not
// know him.
void check_sees_own_jobs(Database& database, const Cluster& cluster);

}  // namespace trainyard::slurm
