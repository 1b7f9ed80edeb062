// SPDX-License-Identifier: GPL-2.0-or-later
// Translates a job record of slurmdbd into the types of plugins/scheduler.h. Pure functions.
#pragma once
#include <slurm/slurmdb.h>

#include <cstdint>
#include <map>
#include <string>

#include "plugins/scheduler.h"

namespace trainyard::slurm {

// Returns true if slurmdbd has the end of a short job but not its start yet, because the end can arrive
// first. Until the start arrives, the record has no job name of its own and is incomplete.
bool is_half_recorded(const slurmdb_job_rec_t& job);

// Return true for a record of an array, or of one task of an array. A task gets a record of its own at its
// start or at its end. Until then one record of the array stands for all such tasks.
bool is_of_array(const slurmdb_job_rec_t& job);
bool is_of_task(const slurmdb_job_rec_t& job);

JobKey key_of(const slurmdb_job_rec_t& job);

// The names that belong to the ids of TRES and QOS in slurmdbd's records.
struct RecordNames {
  std::map<std::uint32_t, std::string> tres;  // 1001 → "gres/gpu"
  std::map<std::uint32_t, std::string> qos;   // 1 → "normal"
  bool gpus_are_recorded = true;              // AccountingStorageTRES names gres/gpu
};

// Returns the status of the job. `held` is always false, because slurmdbd is not told of a release.
JobStatus status_of(const slurmdb_job_rec_t& job, const RecordNames& names);

}  // namespace trainyard::slurm
