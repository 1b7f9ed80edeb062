// SPDX-License-Identifier: GPL-2.0-or-later
// Words of sbatch's options that Slurm's protocol has other words, or numbers, for. Pure; what is no such
// word was refused when the script was read.
#pragma once
#include <slurm/slurm.h>

#include <cstdint>
#include <string>

#include "daemon/base/json.h"

namespace trainyard::slurm {

std::string gpu_tres(const std::string& gpus);   // "k40:2" → "gres:gpu:k40:2"
std::string gres_tres(const std::string& gres);  // "gpu:2,disk" → "gres:gpu:2,gres:disk"

std::uint16_t mail_flags(const Json& kinds);  // ["begin", "end"]

// "cyclic:block,pack", "plane=4": the distribution, and the size of a plane.
void describe_distribution(job_desc_msg_t& job, const std::string& text);

}  // namespace trainyard::slurm
