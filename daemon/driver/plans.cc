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

void Driver::compare_plans(std::optional<std::uint32_t> apply_as,
                           std::function<void(std::vector<PlanDrift>)> answer,
                           std::function<void(std::exception_ptr)> failed) {
  std::vector<PlanLimit> limits = limits_of(settings_.plans);
  if (!apply_as)
    return lane_.run([this, limits] { return steps_.reader().plan_drift(limits); }, std::move(answer),
                     std::move(failed));
  lanes_.run(
      lane_key(*apply_as, StepLane::jobs),
      [this, limits, uid = *apply_as] { return steps_.users().jobs_of(uid)->apply_plans(limits); },
      std::move(answer), std::move(failed));
}

}  // namespace trainyard
