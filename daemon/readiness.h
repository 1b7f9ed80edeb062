// Readiness: asks the scheduler whether this daemon may read the jobs of all users. If it may not, the daemon
// ends. Otherwise the daemon reports to systemd that it is ready: when the scheduler has answered, or after
// five seconds without an answer.
#pragma once
#include <exception>
#include <functional>

#include "daemon/base/loop.h"
#include "daemon/base/workers.h"
#include "plugins/scheduler.h"

namespace trainyard {

// The constructor asks the scheduler on `lane`. `ready` is called once: when the scheduler has answered, has
// failed, or has not answered for five seconds, because the daemon can serve while the scheduler is away. If
// the scheduler does not permit this daemon to read the jobs of all users, its Error{denied} ends the loop
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
