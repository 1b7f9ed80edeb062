// DriverSettings: the settings of the Driver and its parts, from trainyard.toml.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "daemon/run/plans.h"

namespace trainyard {

struct DriverSettings {
  Plans plans;
  std::chrono::milliseconds poll_interval{2000};
  int max_jobs_in_slurm = 5000;
  std::int64_t max_live_runs_per_user = 20'000;
  std::chrono::seconds keep_runs{30 * 86400};  // how long after its end a run's directory stays
  std::int64_t cache_bytes = 0;                // limit for each user's data sets on scratch; 0: no limit
  std::int64_t free_bytes = 0;                 // must stay free on scratch when a data set is staged; 0: none
  std::chrono::seconds noted_waits{10};        // shorter waits are not recorded in a run's history
  std::string scratch;                         // pattern of the users' parts of it (handover/scratch_place.h)
  // When a user's file system has not answered for this long, his submitted runs go back into the queue.
  std::chrono::seconds files_patience{600};
};

}  // namespace trainyard
