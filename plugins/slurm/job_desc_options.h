// SPDX-License-Identifier: GPL-2.0-or-later
// Converts JobRequest::batch_options to Slurm's job description, as sbatch of 22.05 converts its options.
// (What later releases do differently is in libslurm_release.h.) Pure functions.
#pragma once
#include <slurm/slurm.h>

#include <list>
#include <string>

#include "daemon/base/json.h"

namespace trainyard::slurm {

// Owns those strings that a job description points to and that are not in the options themselves.
using BatchTexts = std::list<std::string>;

// Sets the fields of the job description that the options describe. The description points into `options` and
// `texts`, so both must outlive it. Does not set the user, the script, the working directory, the
// dependencies or the hold.
void describe_batch_options(job_desc_msg_t& job, const Json& options, BatchTexts& texts);

// Returns the value of the option --dependency; empty if it is not set.
std::string batch_dependency(const Json& options);

}  // namespace trainyard::slurm
