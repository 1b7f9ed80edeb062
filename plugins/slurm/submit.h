// SPDX-License-Identifier: GPL-2.0-or-later
// A JobRequest in Slurm's terms. Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "plugins/scheduler.h"

namespace trainyard::slurm {

// "gres:gpu:k40:2": per node. Empty without GPUs.
std::string gres_of(const JobRequest& request);

// "afterok:17"; empty without one.
std::string dependency_of(const JobRequest& request);

// Of a job array: "0-9,12"; empty for a single job.
std::string tasks_of(const JobRequest& request);

// Slurm counts minutes and MiB: rounded up, so that a job gets what it asked for.
std::uint32_t minutes_of(std::chrono::seconds time_limit);
std::uint64_t mebibytes_of(std::int64_t bytes);

}  // namespace trainyard::slurm
