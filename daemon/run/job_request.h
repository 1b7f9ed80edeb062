// Makes the job requests for stage, train and store jobs. Pure. A batch script made here contains nothing
// that a user wrote, only paths that Trainyard chose, quoted.
#pragma once
#include <string>

#include "daemon/run/data_set.h"
#include "daemon/run/run.h"
#include "daemon/run/stores.h"
#include "plugins/scheduler.h"

namespace trainyard {

// The settings that are the same for all jobs of this site.
struct JobSite {
  std::string ledger_id;
  std::string agent;       // absolute path of trainyard-agent
  std::string slurm_conf;  // SLURM_CONF of the job, for mpirun and srun; empty: Slurm's default
  // Partition of stage and store jobs. Empty: a store job uses the run's partition, a stage job the default
  // one.
  std::string stage_partition;
  Stores stores;
};

JobRequest stage_job(const JobSite& site, const DataSet& data_set);

// Makes the request for a held train job of one run or, if `runs` share an array, for the array. `runs` must
// be in the order of their tasks. `stage_job_id`: the id of the live stage job that the train job must wait
// for; 0 if the data set is ready or the run has no data set.
JobRequest train_jobs(const JobSite& site, const std::vector<TrainingRun>& runs, std::uint32_t stage_job_id);
// Makes the request for the store job of one run, or for an array of store jobs. `after`: the id of the train
// job, or of the array of train jobs, that the store job waits for.
JobRequest store_jobs(const JobSite& site, const std::vector<TrainingRun>& runs, std::uint32_t after);

// Makes the request for a single store job without a dependency, for an attempt whose train job has ended. It
// is no task of an array even if the train job was.
JobRequest store_job(const JobSite& site, const TrainingRun& run);

}  // namespace trainyard
