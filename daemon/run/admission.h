// Admission: which queued runs may begin, by their plans and by the room in the scheduler. Pure.
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

// Jobs that live runs have in the scheduler, or on their way there.
struct JobCount {
  int in_all = 0;
  int of_runs_without_gpus = 0;

  // `change`: 1 adds the jobs of this run, -1 takes them away.
  void add(const TrainingRun& live, int change);
};

// Jobs that may be added to the scheduler. Those of runs without GPUs are no plan's to limit: half of the
// daemon's jobs is theirs at most, so that they cannot keep all others out.
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

// By queued run, the reason why the run waits. Thousands of runs have the same reason, and share one copy.
class QueueWaits {
 public:
  // In the order of the ids.
  void add(std::int64_t run_id, std::shared_ptr<const WaitingFor> wait) {
    waits_.emplace_back(run_id, std::move(wait));
  }
  const WaitingFor* find(std::int64_t run_id) const;  // null: nothing was added for this run

 private:
  std::vector<std::pair<std::int64_t, std::shared_ptr<const WaitingFor>>> waits_;
};

struct Admission {
  std::vector<std::int64_t> admitted;  // in the order they were accepted
  QueueWaits waiting;
};

// Goes through a queue, once. The order is strict for each who is limited: when one run does not fit, those
// behind it that ask for GPUs wait, too, so that the use of the plan, and what is said of it, stays as it is.
class QueueAdmission {
 public:
  // `use`: of the plans by now. `data_on_its_way` lacks a digest while its stage job is not in the scheduler
  // yet. The plans must outlive this.
  QueueAdmission(const Plans& plans, std::map<std::string, PlanUse> use,
                 std::set<std::string> data_on_its_way, JobRoom room)
      : plans_(plans), use_(std::move(use)), data_on_its_way_(std::move(data_on_its_way)), room_(room) {}

  // In the order of the ids.
  void admit_or_let_wait(const TrainingRun& queued);

  // Once, at the end.
  Admission admission() { return std::move(admission_); }

 private:
  using SharedWait = std::shared_ptr<const WaitingFor>;

  // A user or an account whose GPUs a plan limits. `full` and `behind_first` are the reasons that runs behind
  // the party's first waiting run have.
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
  // Of thousands of runs most are limited together with the run before.
  PlanParty last_;
  Party* party_ = nullptr;  // of the last run
  Admission admission_;
};

}  // namespace trainyard
