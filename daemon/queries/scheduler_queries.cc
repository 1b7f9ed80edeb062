#include "daemon/queries/scheduler_queries.h"

#include <utility>

namespace trainyard {
namespace {

std::vector<PlanLimit> limits_of(const Plans& plans) {
  std::vector<PlanLimit> limits;
  for (const auto& [name, plan] : plans)
    limits.push_back({name, plan.gpus, plan.per == Plan::Per::account, plan.members});
  return limits;
}

}  // namespace

void SchedulerQueries::recorded_since(UtcSeconds since, std::function<void(std::vector<JobStatus>)> answer,
                                      Failed failed) {
  lane_.run(
      [this, since] { return steps_.reader().history_since(token_prefix(steps_.site().ledger_id), since); },
      std::move(answer), std::move(failed));
}

void SchedulerQueries::compare_plans(const Plans& plans, std::optional<std::uint32_t> apply_as,
                                     std::function<void(std::vector<PlanDrift>)> answer, Failed failed) {
  std::vector<PlanLimit> limits = limits_of(plans);
  if (!apply_as)
    return lane_.run([this, limits] { return steps_.reader().plan_drift(limits); }, std::move(answer),
                     std::move(failed));
  lanes_.run(
      lane_key(*apply_as, StepLane::jobs),
      [this, limits, uid = *apply_as] { return steps_.users().jobs_of(uid)->apply_plans(limits); },
      std::move(answer), std::move(failed));
}

}  // namespace trainyard
