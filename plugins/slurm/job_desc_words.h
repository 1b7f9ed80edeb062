// SPDX-License-Identifier: GPL-2.0-or-later
// Converts values of sbatch's options to the words or numbers that Slurm's protocol has for them. Pure
// functions. They do not check the values, because invalid ones were refused when the batch script was
// parsed.
#pragma once
#include <slurm/slurm.h>

#include <cstdint>
#include <string>

#include "daemon/base/json.h"

namespace trainyard::slurm {

// Add the prefix that this release of Slurm has before each generic resource.
std::string gpu_tres(const std::string& gpus);   // "k40:2" → "gres:gpu:k40:2"
std::string gres_tres(const std::string& gres);  // "gpu:2,disk" → "gres:gpu:2,gres:disk"
std::string gpu_binding(const std::string& binding);

// Return the texts for the TRES of a task, and for the binding of GPUs to the task; empty if this release of
// Slurm has no such text. `gpus`: "k40:2", or "" for none. `cpus`: 0 if no number is given.
std::string task_tres(const std::string& gpus, std::uint32_t cpus);
std::string task_binding(const std::string& gpus);

std::uint16_t mail_flags(const Json& kinds);  // `kinds`: ["begin", "end"]

// Sets the job's task distribution, and the size of a plane, from a value of --distribution like
// "cyclic:block,pack" or "plane=4".
void describe_distribution(job_desc_msg_t& job, const std::string& text);

}  // namespace trainyard::slurm
