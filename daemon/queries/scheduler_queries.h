// SchedulerQueries: the questions that the daemon asks the scheduler for its clients, and that change no run.
// Must be used on the loop. Each query calls `answer` or `failed` once, on the loop.
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

  // Gives the jobs of this daemon since `since`, as the scheduler's accounting has recorded them.
  void recorded_since(UtcSeconds since, std::function<void(std::vector<JobStatus>)> answer, Failed failed);

  // Gives the differences between the scheduler's own limits and the plans. If `apply_as` is set, also sets
  // the scheduler's limits, with the rights of that user. The scheduler's limits only help: the daemon's own
  // admission limits the jobs that it submits.
  void compare_plans(const Plans& plans, std::optional<std::uint32_t> apply_as,
                     std::function<void(std::vector<PlanDrift>)> answer, Failed failed);

 private:
  Workers& lane_;
  Lanes& lanes_;
  Steps& steps_;
};

}  // namespace trainyard
