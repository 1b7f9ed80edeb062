// Reads what Slurm tells a job about itself in the environment.
#pragma once
#include <string>
#include <vector>

#include "daemon/handover/handover.h"

namespace trainyard {

// Returns the claim of this job, with this restart, this host and the time now. Error{invalid} outside a
// Slurm job.
Claim claim_of_this_job();

// Returns the hosts of the allocation; this host if Slurm names none.
std::vector<std::string> hosts_of_this_job();

// Returns the number of GPUs of all nodes together; 0 if Slurm names none.
int gpus_of_this_job();

// Returns the hosts of a list: "n[1-3,07],m" → n1 n2 n3 n07 m. A name has at most one pair of brackets, as
// Slurm writes it for one-dimensional clusters. A name that cannot be read is returned unchanged.
std::vector<std::string> expand_hosts(const std::string& list);

}  // namespace trainyard
