// SPDX-License-Identifier: GPL-2.0-or-later
// A record of slurmdbd in the words of plugins/scheduler.h. Pure.
#pragma once
#include <slurm/slurmdb.h>

#include <cstdint>
#include <map>
#include <string>

#include "plugins/scheduler.h"

namespace trainyard::slurm {

// The end of a short job can reach slurmdbd before its start; until that arrives, the record has no name of
// its own and tells only half.
bool is_half_recorded(const slurmdb_job_rec_t& job);

// Tasks of an array have a record of their own from their start, or their end, on. Before they are all in
// one.
bool is_of_array(const slurmdb_job_rec_t& job);
bool is_of_task(const slurmdb_job_rec_t& job);

JobKey key_of(const slurmdb_job_rec_t& job);

// What numbers in records mean.
struct RecordNames {
  std::map<std::uint32_t, std::string> tres;  // 1001 → "gres/gpu"
  std::map<std::uint32_t, std::string> qos;   // 1 → "normal"
  bool gpus_are_recorded = true;              // AccountingStorageTRES names gres/gpu
};

// `held` stays false: slurmdbd does not hear of a release.
JobStatus status_of(const slurmdb_job_rec_t& job, const RecordNames& names);

}  // namespace trainyard::slurm
