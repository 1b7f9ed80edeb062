// What Slurm tells a job about itself, in its environment.
#pragma once
#include <string>
#include <vector>

#include "daemon/handover/handover.h"

namespace trainyard {

// This job, this restart, this host, now. Error{invalid} outside a Slurm job.
Claim claim_of_this_job();

// The hosts of the allocation; this host where Slurm names none.
std::vector<std::string> hosts_of_this_job();

// GPUs of all nodes together; 0 where Slurm names none.
int gpus_of_this_job();

// "n[1-3,07],m" → n1 n2 n3 n07 m. One pair of brackets per name, as Slurm writes for one-dimensional
// clusters; what it cannot read it returns as it is.
std::vector<std::string> expand_hosts(const std::string& list);

}  // namespace trainyard
