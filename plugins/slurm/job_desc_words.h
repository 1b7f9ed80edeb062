// SPDX-License-Identifier: GPL-2.0-or-later
// Words of sbatch's options that Slurm's protocol has other words, or numbers, for. Pure; what is no such
// word was refused when the script was read.
#pragma once
#include <slurm/slurm.h>

#include <cstdint>
#include <string>

#include "daemon/base/json.h"

namespace trainyard::slurm {

// With the release's prefix.
std::string gpu_tres(const std::string& gpus);   // "k40:2" → "gres:gpu:k40:2"
std::string gres_tres(const std::string& gres);  // "gpu:2,disk" → "gres:gpu:2,gres:disk"
std::string gpu_binding(const std::string& binding);

// Of a task with so many GPUs, "k40:2", or none, "", and CPUs, 0 where nothing is said: its TRES and how the
// GPUs are bound to it; empty where the release has no word for it.
std::string task_tres(const std::string& gpus, std::uint32_t cpus);
std::string task_binding(const std::string& gpus);

std::uint16_t mail_flags(const Json& kinds);  // ["begin", "end"]

// "cyclic:block,pack", "plane=4": the distribution, and the size of a plane.
void describe_distribution(job_desc_msg_t& job, const std::string& text);

}  // namespace trainyard::slurm
