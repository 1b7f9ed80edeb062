// SchedulerQueries: what the daemon asks the scheduler for its clients and that changes no run. On the loop;
// each query answers once, there.
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

  // `lane`: of one thread, for reading the scheduler. `lanes`: of users.
  SchedulerQueries(Workers& lane, Lanes& lanes, Steps& steps) : lane_(lane), lanes_(lanes), steps_(steps) {}

  // Our jobs since then, as the scheduler's accounting has them on record.
  void recorded_since(UtcSeconds since, std::function<void(std::vector<JobStatus>)> answer, Failed failed);

  // Where the scheduler's own limits differ from the plans. They only help: our admission is the authority
  // for what comes through us. `apply_as`: and sets them, with the rights of that user.
  void compare_plans(const Plans& plans, std::optional<std::uint32_t> apply_as,
                     std::function<void(std::vector<PlanDrift>)> answer, Failed failed);

 private:
  Workers& lane_;
  Lanes& lanes_;
  Steps& steps_;
};

}  // namespace trainyard
