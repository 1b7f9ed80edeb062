// SchedulerQueries: queries to the scheduler that requests of the API need and that change no run. Must be
// used on the loop. Each query calls `answer` or `failed` once, on the loop.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "daemon/base/lanes.h"
#include "daemon/base/workers.h"
#include "daemon/run/plans.h"
#include "daemon/steps/steps.h"

namespace trainyard {

class SchedulerQueries {
 public:
  using Failed = std::function<void(std::exception_ptr)>;

  // `lane` has one thread and reads from the scheduler. `lanes` are the users' lanes.
  SchedulerQueries(Workers& lane, Lanes& lanes, Steps& steps) : lane_(lane), lanes_(lanes), steps_(steps) {}

  // Queries the scheduler's accounting for the jobs of this daemon since `since`, and calls `answer` with
  // their records.
  void recorded_since(UtcSeconds since, std::function<void(std::vector<JobStatus>)> answer, Failed failed);

  // Calls `answer` with the differences between the scheduler's own limits and the plans. If `apply_as` is
  // set, also sets the scheduler's limits to the plans, with the rights of the user with this uid. The plans
  // do not depend on these limits: the daemon's admission enforces the plans for the jobs that it submits.
  void compare_plans(const Plans& plans, std::optional<std::uint32_t> apply_as,
                     std::function<void(std::vector<PlanDrift>)> answer, Failed failed);

 private:
  Workers& lane_;
  Lanes& lanes_;
  Steps& steps_;
};

}  // namespace trainyard
