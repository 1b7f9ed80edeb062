// SPDX-License-Identifier: GPL-2.0-or-later
// Converts values of a JobRequest to the texts and numbers of Slurm's job description. Pure functions.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "plugins/scheduler.h"

namespace trainyard::slurm {

// Returns the text for the GPUs per node, "gres:gpu:k40:2"; empty without GPUs.
std::string gres_of(const JobRequest& request);

// Returns the text for the dependency, "afterok:17"; empty without one.
std::string dependency_of(const JobRequest& request);

// Returns the text for the tasks of a job array, "0-9,12"; empty for a single job.
std::string tasks_of(const JobRequest& request);

// Convert to minutes and to MiB, in which Slurm counts. They round up, so that a job gets what it asked for.
std::uint32_t minutes_of(std::chrono::seconds time_limit);
std::uint64_t mebibytes_of(std::int64_t bytes);

}  // namespace trainyard::slurm
