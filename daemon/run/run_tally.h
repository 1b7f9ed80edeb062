// RunTally: counts the live runs by state, and the GPUs and jobs that they have. The counts are updated when
// a run changes, so that no caller must iterate over a hundred thousand runs. Pure: no effect outside this
// object.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "daemon/run/admission.h"
#include "daemon/run/plans.h"
#include "daemon/run/run.h"

namespace trainyard {

class RunTally {
 public:
  void add(const TrainingRun& live);
  // Removes a run; `live` must be in the state in which it was added.
  void remove(const TrainingRun& live);

  const std::set<std::int64_t>& queued() const { return queued_; }

  // A function that returns true if the data set with this digest is ready.
  using IsReady = std::function<bool(const std::string& digest)>;
  std::map<ShownState, int> count_by_state(const IsReady& is_ready) const;
  std::map<ShownState, int> count_by_state(std::uint32_t uid, const IsReady& is_ready) const;

  // Returns the GPUs in use and the runs that use them, by the name of the limited party (limited_party()).
  // Runs without GPUs are left out.
  std::map<std::string, PlanUse> plan_use(const Plans& plans) const;
  // Returns the number of GPUs that one limited party uses.
  int gpus_in_use(const Plans& plans, const std::string& party) const;
  // Returns the number of GPUs that one user's runs use, by plan.
  std::map<std::string, int> gpus_by_plan(std::uint32_t uid) const;

  const JobCount& jobs() const { return jobs_; }
  bool is_named(const std::string& dataset_digest) const { return data_sets_.contains(dataset_digest); }
  // Returns the runs that name this data set.
  const std::set<std::int64_t>& runs_naming(const std::string& dataset_digest) const;
  // Returns the digests of the code that this user's runs name.
  std::set<std::string> code_of(std::uint32_t uid) const;

 private:
  using Counts = std::map<std::string, int>;
  struct User {
    std::map<std::pair<RunState, std::string>, int> runs;  // by state and data set
    Counts gpus_by_plan;
    Counts code;
  };
  struct Claim {
    int gpus = 0;
    std::set<std::int64_t> runs;
  };

  void count(const TrainingRun& live, int change);
  void count_gpus(const TrainingRun& live, int change);
  void list_under_data_set(const TrainingRun& live, int change);
  const User& user(std::uint32_t uid) const;

  std::map<std::uint32_t, User> users_;  // by uid
  std::map<PlanParty, Claim> claims_;
  std::map<std::string, std::set<std::int64_t>> data_sets_;  // live runs by the digest of their data set
  std::set<std::int64_t> queued_;
  JobCount jobs_;
};

}  // namespace trainyard
