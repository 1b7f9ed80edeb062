// SPDX-License-Identifier: GPL-2.0-or-later
// Slurm's error numbers as Error{kind}.
#pragma once
#include <string>

#include "daemon/base/error.h"
#include "plugins/scheduler.h"

namespace trainyard::slurm {

// denied: this user may not. unavailable: the same call may succeed later (the controller or munge is away, a
// timeout, MaxJobCount). Everything else Slurm says of a request is invalid.
ErrorKind kind_of(int error);

// "submit ty-…: Invalid partition name specified", in Slurm's own words. `said`: what slurmctld says of this
// one call besides; empty: nothing. Throws NoRoom where a limit on the number of jobs is reached.
[[noreturn]] void throw_slurm(const std::string& what, int error, const std::string& said = "");

// What of the request the error is about: "partition \"night\"", "GPUs \"gres:gpu:k80:4\" on each of 2
// nodes".
std::string blamed_part(const JobRequest& request, int error);

}  // namespace trainyard::slurm
