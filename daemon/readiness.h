// Readiness: decides when the daemon is ready, after it has asked the scheduler whether this daemon may read
// the jobs of all users.
#pragma once
#include <exception>
#include <functional>

#include "daemon/base/loop.h"
#include "daemon/base/workers.h"
#include "plugins/scheduler.h"

namespace trainyard {

// Asks the scheduler on `lane` at once. Calls `ready` once: when the scheduler has answered, has failed, or
// has not answered for five seconds, because the daemon can serve while the scheduler is away. If the
// scheduler does not permit this daemon to read the jobs of all users, its Error{denied} ends the loop
// instead. Must be used on the loop.
class Readiness {
 public:
  Readiness(Loop& loop, Workers& lane, SchedulerReader& scheduler, std::function<void()> ready);

 private:
  void be_ready();
  void failed(std::exception_ptr error);

  std::function<void()> ready_;  // empty after it was called
  Loop::Watch patience_;
};

}  // namespace trainyard
