// SPDX-License-Identifier: GPL-2.0-or-later
// Translates Slurm's error numbers into Error{kind}.
#pragma once
#include <string>

#include "daemon/base/error.h"
#include "plugins/scheduler.h"

namespace trainyard::slurm {

// Returns the kind of an error. denied: this user may not do it. unavailable: the same call might succeed
// later (the controller or munge is away, a timeout, MaxJobCount). not_found: the job id is invalid. invalid:
// every other error of Slurm about a request.
ErrorKind kind_of(int error);

// Throws an Error like "submit ty-…: Invalid partition name specified", with Slurm's own text for the error
// and `said`, slurmctld's message about this call (empty: none). Throws NoRoom if a limit on the number of
// jobs is reached.
[[noreturn]] void throw_slurm(const std::string& what, int error, const std::string& said = "");

// Returns the part of the request that Slurm's error number is about: "partition \"night\"", "GPUs
// \"gres:gpu:k80:4\" on each of 2 nodes".
std::string blamed_part(const JobRequest& request, int error);

}  // namespace trainyard::slurm
