// RunTally: what the live runs are doing and hold, added up as they change: nobody has to go through a
// hundred thousand runs to know it. Pure.
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
  // The run is as it was when it was added.
  void remove(const TrainingRun& live);

  const std::set<std::int64_t>& queued() const { return queued_; }

  // Whether the data set of this digest is ready.
  using IsReady = std::function<bool(const std::string& digest)>;
  std::map<ShownState, int> count_by_state(const IsReady& is_ready) const;
  std::map<ShownState, int> count_by_state(std::uint32_t uid, const IsReady& is_ready) const;

  // By who is limited (limited_party); runs that ask for no GPU do not count.
  std::map<std::string, PlanUse> plan_use(const Plans& plans) const;
  // The GPUs of one who is limited.
  int gpus_in_use(const Plans& plans, const std::string& party) const;
  // The GPUs of one user, by plan.
  std::map<std::string, int> gpus_by_plan(std::uint32_t uid) const;

  const JobCount& jobs() const { return jobs_; }
  bool is_named(const std::string& dataset_digest) const { return data_sets_.contains(dataset_digest); }
  // The digests of the code that this user's runs name.
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
  const User& user(std::uint32_t uid) const;

  std::map<std::uint32_t, User> users_;  // by uid
  std::map<PlanParty, Claim> claims_;
  Counts data_sets_;  // runs that name them
  std::set<std::int64_t> queued_;
  JobCount jobs_;
};

}  // namespace trainyard
