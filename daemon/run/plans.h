// Plans: how many GPUs who may have at a time. Pure. Our word is the authority; Slurm's limits only help.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/run/run.h"

namespace trainyard {

// [plans.NAME]: at most `gpus` GPUs at a time for each user, or each account.
struct Plan {
  enum class Per { user, account };
  std::string name;
  int gpus = 1;
  Per per = Per::user;
  std::set<std::string> members;  // users; empty: everybody may ask for it
  bool is_default = false;        // of users who name none
};
using Plans = std::map<std::string, Plan>;

const Plan* find_plan(const Plans& plans, const std::string& name);  // null: there is none of this name

// The plan a run of this user falls under: the named one, else the one it is a member of, else the default;
// empty where the site has no plans. Error{denied} or {invalid} says which plans the user may ask for.
std::string resolve_plan(const Plans& plans, const std::string& asked, const std::string& user);

// A run larger than its plan could never start: Error{invalid} says by how much.
void check_fits(const Plans& plans, const std::string& plan, const Manifest& manifest);

// Error{denied} when `more` runs would give the user more than `most` that are not over.
void check_live_runs(const std::string& user, std::int64_t live, std::size_t more, std::int64_t most);

// GPUs that a plan counts for the run: those it asks for, or more where its job has more on the scheduler's
// record.
int gpus_counted(const TrainingRun& run);

// What a plan may limit: a user, or an account.
struct PlanParty {
  std::string plan, user, account;
  auto operator<=>(const PlanParty&) const = default;
};
PlanParty party_of(const TrainingRun& run);

// What is limited together: plan and user, or plan and account. A run whose account is not known yet is
// limited with those of its user.
std::string limited_party(const Plans& plans, const PlanParty& party);

// GPUs in use by one who is limited, and the runs that use them, in order.
struct PlanUse {
  int gpus = 0;
  std::vector<std::int64_t> runs;
};

}  // namespace trainyard
