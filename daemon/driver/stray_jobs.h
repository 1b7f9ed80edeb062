// StrayJobs: cancels jobs in the scheduler that have a token of this daemon but belong to no live run or data
// set. A crash, or a job that was submitted twice, can leave such jobs behind. Used on the loop.
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

  // Cancels the stray jobs of the snapshot. To be called after the poll with this number was compared with
  // every entity.
  void cancel(const Snapshot& snapshot, std::int64_t poll);

 private:
  std::map<JobKey, JobStatus> strays_among(const std::vector<JobStatus>& possible);
  void cancel(const JobKey& key, const JobStatus& stray);

  Lanes& lanes_;
  Steps& steps_;
  Entities& entities_;
};

}  // namespace trainyard
