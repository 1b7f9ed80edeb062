// SPDX-License-Identifier: GPL-2.0-or-later
// Translates words of sbatch's options for which Slurm's protocol has other words, or numbers. Pure
// functions. A wrong word never gets here: it was refused when the batch script was read.
#pragma once
#include <slurm/slurm.h>

#include <cstdint>
#include <string>

#include "daemon/base/json.h"

namespace trainyard::slurm {

// These add the prefix that this release of Slurm uses.
std::string gpu_tres(const std::string& gpus);   // "k40:2" → "gres:gpu:k40:2"
std::string gres_tres(const std::string& gres);  // "gpu:2,disk" → "gres:gpu:2,gres:disk"
std::string gpu_binding(const std::string& binding);

// Return the TRES of a task, and how GPUs are bound to the task. `gpus`: "k40:2", or "" for none. `cpus`: 0
// if no number is given. Empty where the release has no word for it.
std::string task_tres(const std::string& gpus, std::uint32_t cpus);
std::string task_binding(const std::string& gpus);

std::uint16_t mail_flags(const Json& kinds);  // `kinds`: ["begin", "end"]

// Sets the distribution, and the size of a plane, from a text like "cyclic:block,pack" or "plane=4".
void describe_distribution(job_desc_msg_t& job, const std::string& text);

}  // namespace trainyard::slurm
