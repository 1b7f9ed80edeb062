// SPDX-License-Identifier: GPL-2.0-or-later
// Translates job records of slurmctld into the types of plugins/scheduler.h.
#pragma once
#include <string>
#include <vector>

#include "plugins/scheduler.h"
#include "plugins/slurm/libslurm.h"

namespace trainyard::slurm {

// Appends the status of the job. For a record of an array, appends one status for each task in it.
void append_statuses(const slurm_job_info_t& record, const std::string& cluster,
                     std::vector<JobStatus>& statuses);

// Asks slurmctld for the job with this id, or for every task of the array with this id.
std::vector<JobStatus> statuses_under(std::uint32_t job_id, const std::string& cluster);

}  // namespace trainyard::slurm
