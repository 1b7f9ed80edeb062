// The plans as limits of the scheduler's own. Our admission stays the authority for what comes through us.
#include "daemon/driver/driver.h"

namespace trainyard {
namespace {

std::vector<PlanLimit> limits_of(const Plans& plans) {
  std::vector<PlanLimit> limits;
  for (const auto& [name, plan] : plans)
    limits.push_back({name, plan.gpus, plan.per == Plan::Per::account, plan.members});
  return limits;
}

}  // namespace

void Driver::compare_plans(bool apply, std::function<void(std::vector<PlanDrift>)> answer,
                           std::function<void(std::exception_ptr)> failed) {
  lane_.run(
      [this, apply, limits = limits_of(settings_.plans)] {
        Scheduler& scheduler = steps_.scheduler();
        return apply ? scheduler.apply_plans(limits) : scheduler.plan_drift(limits);
      },
      std::move(answer), std::move(failed));
}

}  // namespace trainyard
