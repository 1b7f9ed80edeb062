// SPDX-License-Identifier: GPL-2.0-or-later
// Converts job records of slurmctld to JobStatus (plugins/scheduler.h).
#pragma once
#include <string>
#include <vector>

#include "plugins/scheduler.h"
#include "plugins/slurm/libslurm.h"

namespace trainyard::slurm {

// Appends the status of the job to the list. For a record that stands for tasks of an array, appends one
// status for each task.
void append_statuses(const slurm_job_info_t& record, const std::string& cluster,
                     std::vector<JobStatus>& statuses);

// Queries slurmctld for the job with this id, or for all tasks of the array with this id; returns none if it
// has no such job.
std::vector<JobStatus> statuses_under(std::uint32_t job_id, const std::string& cluster);

}  // namespace trainyard::slurm
