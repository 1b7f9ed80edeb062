// SPDX-License-Identifier: GPL-2.0-or-later
// JobRequest::batch_options in Slurm's terms: what sbatch of 22.05 makes of its options. Pure.
#pragma once
#include <slurm/slurm.h>

#include <list>
#include <string>

#include "daemon/base/json.h"

namespace trainyard::slurm {

// Texts that a description points to and the options do not hold as they are.
using BatchTexts = std::list<std::string>;

// The description points into `options` and into `texts`: both must live as long. Does not say who, what
// script, where, dependencies, held.
void describe_batch_options(job_desc_msg_t& job, const Json& options, BatchTexts& texts);

// Of --dependency; empty without one.
std::string batch_dependency(const Json& options);

}  // namespace trainyard::slurm
