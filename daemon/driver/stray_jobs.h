// StrayJobs: jobs in the scheduler that carry our token and belong to no run and no data set that lives: a
// crash left them behind, or a doubt that was resolved twice. They are cancelled. On the loop.
#pragma once
#include <map>
#include <vector>

#include "daemon/base/lanes.h"
#include "daemon/driver/entities.h"
#include "daemon/driver/snapshot.h"
#include "daemon/steps/steps.h"

namespace trainyard {

class StrayJobs {
 public:
  StrayJobs(Lanes& lanes, Steps& steps, Entities& entities)
      : lanes_(lanes), steps_(steps), entities_(entities) {}

  // After the poll of that number has been compared with every entity.
  void cancel(const Snapshot& snapshot, std::int64_t poll);

 private:
  std::map<JobKey, JobStatus> strays_among(const std::vector<JobStatus>& possible);
  void cancel(const JobKey& key, const JobStatus& stray);

  Lanes& lanes_;
  Steps& steps_;
  Entities& entities_;
};

}  // namespace trainyard
