// Plans: how many GPUs each user or account may use at a time. Pure functions. The daemon enforces the plans
// by its admission; it does not depend on Slurm's own limits.
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
  std::set<std::string> members;  // users who may ask for the plan; empty: everybody may
  bool is_default = false;        // for users who name no plan
};
using Plans = std::map<std::string, Plan>;

const Plan* find_plan(const Plans& plans, const std::string& name);  // null: there is no plan of this name

// Returns the plan that applies to a run of this user: the plan `asked`, else a plan that names the user as a
// member, else the default plan. Returns an empty name if the site has no plans. Throws Error{denied} or
// Error{invalid}, which says which plans the user may ask for.
std::string resolve_plan(const Plans& plans, const std::string& asked, const std::string& user);

// Throws Error{invalid} if the run requests more GPUs than its plan has, because it could never start; the
// message says how many more.
void check_fits(const Plans& plans, const std::string& plan, const Manifest& manifest);

// Throws Error{denied} if `more` runs, added to the user's `live` runs, would be more than `most`.
void check_live_runs(const std::string& user, std::int64_t live, std::size_t more, std::int64_t most);

// Returns how many GPUs a plan counts for the run: those that it asks for, or more if the scheduler's record
// of its train job has more.
int gpus_counted(const TrainingRun& run);

// A run's plan, user and account. The plan limits the GPUs of either the user or the account.
struct PlanParty {
  std::string plan, user, account;
  auto operator<=>(const PlanParty&) const = default;
};
PlanParty party_of(const TrainingRun& run);

// Returns the name of the limited party of a run: all runs with the same name share the plan's limit. These
// are the runs of the same plan and user or, if the plan counts by account, of the same plan and account.
// Runs whose account is not known are limited by user.
std::string limited_party(const Plans& plans, const PlanParty& party);

// The GPUs that one limited party uses, and the runs that use them, in order.
struct PlanUse {
  int gpus = 0;
  std::vector<std::int64_t> runs;
};

}  // namespace trainyard
