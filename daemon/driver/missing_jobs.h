// MissingJobs: finds out how jobs ended that the scheduler no longer shows. Slurm forgets ended jobs; its
// accounting database has them, a little later. Looks up all jobs that are missing in one poll with one query
// to the database. Used on the loop.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "daemon/base/lanes.h"
#include "daemon/driver/entities.h"
#include "daemon/driver/scheduler_trouble.h"
#include "daemon/steps/steps.h"

namespace trainyard {

class MissingJobs {
 public:
  // `ended(entity, role, how)` is called when the end of a job becomes known.
  using Ended = std::function<void(const EntityId&, JobRole, const JobStatus&)>;

  MissingJobs(Lanes& lanes, Steps& steps, Entities& entities, SchedulerTrouble& trouble, Ended ended)
      : lanes_(lanes), steps_(steps), entities_(entities), trouble_(trouble), ended_(std::move(ended)) {}

  // Notes a job that the poll does not show although its end is not known.
  void note(LiveEntity& live, const EntityJob& job);
  // Queries the accounting database for all jobs that were noted. If the previous query is not answered yet,
  // drops them instead; the next poll notes them again.
  void look_up();

 private:
  struct Missing {
    EntityId entity;
    EntityJob job;
  };
  using Known = std::map<JobKey, JobStatus>;
  void answer(const std::vector<Missing>& asked, const Known& known);
  void judge(const Missing& missing, const JobStatus* known);
  bool is_still_missing(const Missing& missing);
  void ask_owner(const Missing& missing, const JobStatus& if_lost);

  Lanes& lanes_;
  Steps& steps_;
  Entities& entities_;
  SchedulerTrouble& trouble_;
  Ended ended_;
  std::vector<Missing> noted_;
  bool is_asking_ = false;
  std::set<JobKey> asked_owner_;  // jobs whose owner was asked and has not answered yet
};

}  // namespace trainyard
