// When the daemon is ready: once the scheduler has shown that this daemon may read the jobs of all.
#pragma once
#include <exception>
#include <functional>

#include "daemon/base/loop.h"
#include "daemon/base/workers.h"
#include "plugins/scheduler.h"

namespace trainyard {

// On the loop. Asks on `lane` at once, and calls `ready` once: when the scheduler has answered, has failed
// to, or has taken five seconds, for a scheduler that is away keeps no daemon from serving. Where it denies
// that the jobs of all can be read, its Error{denied} leaves the loop, and `ready` is not called.
class Readiness {
 public:
  Readiness(Loop& loop, Workers& lane, SchedulerReader& scheduler, std::function<void()> ready);

 private:
  void be_ready();
  void failed(std::exception_ptr error);

  std::function<void()> ready_;  // empty once it was called
  Loop::Watch patience_;
};

}  // namespace trainyard
