// What the three jobs ask of the scheduler. Pure. Nothing a user wrote stands in a batch script but paths of
// ours, quoted.
#pragma once
#include <string>

#include "daemon/run/data_set.h"
#include "daemon/run/run.h"
#include "plugins/scheduler.h"

namespace trainyard {

// What is the same for all jobs of this site.
struct JobSite {
  std::string ledger_id;
  std::string agent;            // the whole path of trainyard-agent
  std::string slurm_conf;       // handed to the job, for mpirun and srun; empty: Slurm's default
  std::string stage_partition;  // of stage and store jobs; empty: the run's, or the default
};

JobRequest stage_job(const JobSite& site, const DataSet& data_set);

// `runs`: one, or attempts in the same array, in the order of their tasks; then the request is for that
// array. Held. `stage_job_id`: a stage job just seen alive; 0 when the data are ready or there are none.
JobRequest train_jobs(const JobSite& site, const std::vector<TrainingRun>& runs, std::uint32_t stage_job_id);
// `after`: the train job, or array, they wait for.
JobRequest store_jobs(const JobSite& site, const std::vector<TrainingRun>& runs, std::uint32_t after);

// A store job of its own that waits for nothing: of an attempt, in an array or not, whose train job has
// ended.
JobRequest store_job(const JobSite& site, const TrainingRun& run);

}  // namespace trainyard
