// MissingJobs: finds out what became of jobs that the scheduler does not show any more. Slurm forgets ended
// jobs; its accounting knows them, a little later. All that one poll misses are asked for in one call. On the
// loop.
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
  // `ended(entity, role, how)`: the end of a job has become known.
  using Ended = std::function<void(const EntityId&, JobRole, const JobStatus&)>;

  MissingJobs(Lanes& lanes, Steps& steps, Entities& entities, SchedulerTrouble& trouble, Ended ended)
      : lanes_(lanes), steps_(steps), entities_(entities), trouble_(trouble), ended_(std::move(ended)) {}

  // The poll does not show this job, and should.
  void note(LiveEntity& live, const EntityJob& job);
  // Asks for all that were noted, unless the question before this one is not answered yet: then the next poll
  // notes them.
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
  std::set<JobKey> asked_owner_;  // and he has not answered yet
};

}  // namespace trainyard
