#include "daemon/run/plans.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

std::vector<std::string> plans_of(const Plans& plans, const std::string& user) {
  std::vector<std::string> names;
  for (const auto& [name, plan] : plans)
    if (plan.members.empty() || plan.members.contains(user)) names.push_back(name);
  return names;
}

}  // namespace

const Plan* find_plan(const Plans& plans, const std::string& name) {
  auto found = plans.find(name);
  return found == plans.end() ? nullptr : &found->second;
}

std::string resolve_plan(const Plans& plans, const std::string& asked, const std::string& user) {
  std::vector<std::string> allowed = plans_of(plans, user);
  if (!asked.empty()) {
    if (find_plan(plans, asked) == nullptr)
      throw Error(ErrorKind::invalid,
                  fmt::format("no such plan: {}; {} may ask for: {}", asked, user,
                              allowed.empty() ? "none, this site has no plans" : join(allowed, ", ")));
    for (const std::string& name : allowed)
      if (name == asked) return asked;
    throw Error(ErrorKind::denied, fmt::format("{} is not a member of plan {}; may ask for: {}", user, asked,
                                               allowed.empty() ? "none" : join(allowed, ", ")));
  }
  for (const auto& [name, plan] : plans)
    if (plan.members.contains(user)) return name;
  for (const auto& [name, plan] : plans)
    if (plan.is_default && plan.members.empty()) return name;
  if (plans.empty()) return {};
  throw Error(ErrorKind::denied,
              fmt::format("{} is a member of no plan and there is no default one; {}", user,
                          allowed.empty() ? "ask the admin"
                                          : "name one in [resources] plan: " + join(allowed, ", ")));
}

void check_fits(const Plans& plans, const std::string& plan_name, const Manifest& manifest) {
  const Plan* plan = find_plan(plans, plan_name);
  int gpus = manifest.resources.gpus();
  if (plan == nullptr || gpus <= plan->gpus) return;
  throw Error(
      ErrorKind::invalid,
      fmt::format("{} asks for {} GPUs ({} nodes × {}), plan {} allows {} at a time: it could never start",
                  manifest.name, gpus, manifest.resources.nodes, manifest.resources.gpus_per_node, plan->name,
                  plan->gpus));
}

int gpus_counted(const TrainingRun& run) {
  const Attempt* attempt = run.attempt();
  bool is_on_record = attempt != nullptr && attempt->train && occupies_plan(run.state);
  return is_on_record ? std::max(run.gpus, attempt->train->gpus) : run.gpus;
}

PlanParty party_of(const TrainingRun& run) { return {run.plan, run.owner.name, run.account}; }

std::string limited_party(const Plans& plans, const PlanParty& party) {
  const Plan* plan = find_plan(plans, party.plan);
  if (plan == nullptr) return {};
  if (plan->per == Plan::Per::account)
    return party.account.empty() ? fmt::format("{}, default account of {}", plan->name, party.user)
                                 : fmt::format("{}, account {}", plan->name, party.account);
  return fmt::format("{}, user {}", plan->name, party.user);
}

void check_live_runs(const std::string& user, std::int64_t live, std::size_t more, std::int64_t most) {
  if (live + static_cast<std::int64_t>(more) <= most) return;
  throw Error(
      ErrorKind::denied,
      fmt::format("{} has {} runs that are not over, and with {} more there would be more than the {} "
                  "that [daemon] max_live_runs_per_user allows; wait for some to end, or cancel some",
                  user, live, more, most));
}

}  // namespace trainyard
