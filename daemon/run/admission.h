// Admission: decides which queued runs may begin an attempt, by the plans' limits of GPUs and the limit of
// jobs in the scheduler. Pure: no effect outside these objects.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/run/plans.h"
#include "daemon/run/run.h"

namespace trainyard {

// The number of jobs that live runs have in the scheduler or are about to submit.
struct JobCount {
  int in_all = 0;
  int of_runs_without_gpus = 0;

  // Adds the jobs of this run (`change` is 1) or subtracts them (`change` is -1).
  void add(const TrainingRun& live, int change);
};

// The number of jobs that may still be added to the scheduler. Plans do not limit runs without GPUs.
// Therefore such runs may have at most half of the daemon's jobs, so that they cannot keep out all other
// runs.
class JobRoom {
 public:
  JobRoom(int most_jobs, const JobCount& held);

  bool has_room_for(const TrainingRun& queued) const;
  void take(const TrainingRun& admitted);

  int in_all() const { return in_all_; }
  int without_gpus() const { return without_gpus_; }

 private:
  int in_all_ = 0;
  int without_gpus_ = 0;
};

// The reason why each queued run waits. Thousands of runs can have the same reason; they share one copy of
// it.
class QueueWaits {
 public:
  // Notes why this run waits. To be called in the order of the run ids.
  void add(std::int64_t run_id, std::shared_ptr<const WaitingFor> wait) {
    waits_.emplace_back(run_id, std::move(wait));
  }
  const WaitingFor* find(std::int64_t run_id) const;  // null: nothing was added for this run

 private:
  std::vector<std::pair<std::int64_t, std::shared_ptr<const WaitingFor>>> waits_;
};

struct Admission {
  std::vector<std::int64_t> admitted;  // in the order in which they were accepted
  QueueWaits waiting;
};

// Examines the runs of a queue once, in their order, and admits those that fit. The order is strict within
// each limited party (limited_party()): if one run of the party does not fit into its plan, the party's later
// runs that ask for GPUs wait, too. So the use of the plan, and the text that describes it, stay the same for
// all of them.
class QueueAdmission {
 public:
  // `use`: the GPUs in use now, by limited party. `data_on_its_way`: digests of data sets that are ready or
  // whose stage job is already in the scheduler. `plans` must outlive this object.
  QueueAdmission(const Plans& plans, std::map<std::string, PlanUse> use,
                 std::set<std::string> data_on_its_way, JobRoom room)
      : plans_(plans), use_(std::move(use)), data_on_its_way_(std::move(data_on_its_way)), room_(room) {}

  // Admits the run, or notes why it waits. To be called in the order of the run ids.
  void admit_or_let_wait(const TrainingRun& queued);

  // Returns the result. To be called once, after the last run.
  Admission admission() { return std::move(admission_); }

 private:
  using SharedWait = std::shared_ptr<const WaitingFor>;

  // A user or an account whose GPUs a plan limits. `full` and `behind_first` are the reasons why the runs
  // after the party's first waiting run wait.
  struct Party {
    PlanUse* use = nullptr;
    bool has_waiting = false;
    SharedWait full, behind_first;
  };

  void find_party(const TrainingRun& run);
  SharedWait wait_for_plan(const Plan& plan, const TrainingRun& run) const;
  SharedWait wait_for_data(const TrainingRun& run) const;
  SharedWait wait_for_room(const TrainingRun& run) const;
  void admit(const TrainingRun& run, const Plan* plan);
  void let_wait(const TrainingRun& run, const Plan* plan, SharedWait wait);

  const Plans& plans_;
  std::map<std::string, PlanUse> use_;
  std::set<std::string> data_on_its_way_;
  JobRoom room_;
  std::map<std::string, Party> parties_;
  // The plan, user and account of the previous run. Most of thousands of queued runs have the same ones, so
  // the limited party is looked up only when they change.
  PlanParty last_;
  Party* party_ = nullptr;  // the party of the previous run
  Admission admission_;
};

}  // namespace trainyard
