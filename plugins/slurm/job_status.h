// SPDX-License-Identifier: GPL-2.0-or-later
// slurmctld's job records in the words of plugins/scheduler.h.
#pragma once
#include <string>
#include <vector>

#include "plugins/scheduler.h"
#include "plugins/slurm/libslurm.h"

namespace trainyard::slurm {

// Appends the status of the job; one for each task where the record is of an array.
void append_statuses(const slurm_job_info_t& record, const std::string& cluster,
                     std::vector<JobStatus>& statuses);

// The records of slurmctld under that id, or of every task of that array.
std::vector<JobStatus> statuses_under(std::uint32_t job_id, const std::string& cluster);

}  // namespace trainyard::slurm
