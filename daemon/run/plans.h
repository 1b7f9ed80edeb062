// Plans: how many GPUs each user or account may have at a time. Pure. The daemon enforces the plans; Slurm's
// own limits only help.
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

// Throws Error{invalid}, which says by how much, if the run is larger than its plan: it could never start.
void check_fits(const Plans& plans, const std::string& plan, const Manifest& manifest);

// Throws Error{denied} if `more` runs, added to the user's `live` runs, would be more than `most`.
void check_live_runs(const std::string& user, std::int64_t live, std::size_t more, std::int64_t most);

// Returns how many GPUs a plan counts for the run: those that it asks for, or more if the scheduler's record
// of its train job has more.
int gpus_counted(const TrainingRun& run);

// The party of a run: its plan, and the user and the account of which the plan limits one.
struct PlanParty {
  std::string plan, user, account;
  auto operator<=>(const PlanParty&) const = default;
};
PlanParty party_of(const TrainingRun& run);

// Returns a name for the runs that are limited together: those of the same plan and user, or of the same plan
// and account. Runs whose account is not known yet are limited together by user.
std::string limited_party(const Plans& plans, const PlanParty& party);

// The GPUs that one limited party uses, and the runs that use them, in order.
struct PlanUse {
  int gpus = 0;
  std::vector<std::int64_t> runs;
};

}  // namespace trainyard
