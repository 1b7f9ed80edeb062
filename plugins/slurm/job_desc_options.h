// SPDX-License-Identifier: GPL-2.0-or-later
// Translates JobRequest::batch_options into Slurm's job description, as sbatch of 22.05 translates its
// options. (What later releases do differently is in libslurm_release.h.) Pure functions.
#pragma once
#include <slurm/slurm.h>

#include <list>
#include <string>

#include "daemon/base/json.h"

namespace trainyard::slurm {

// Owns strings that a job description points to, where the options do not have them in this form.
using BatchTexts = std::list<std::string>;

// Fills in the job description. The description points into `options` and `texts`, so both must outlive it.
// Does not set the user, the script, the working directory, the dependencies or the hold.
void describe_batch_options(job_desc_msg_t& job, const Json& options, BatchTexts& texts);

// Returns the value of --dependency; empty without one.
std::string batch_dependency(const Json& options);

}  // namespace trainyard::slurm
