#include "daemon/readiness.h"

#include <chrono>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/log.h"

namespace trainyard {
namespace {

constexpr std::chrono::seconds patience{5};

}  // namespace

Readiness::Readiness(Loop& loop, Workers& lane, SchedulerReader& scheduler, std::function<void()> ready)
    : ready_(std::move(ready)) {
  patience_ = loop.after(patience, [this] { be_ready(); });
  lane.run(
      [&scheduler] {
        scheduler.check_sees_all_jobs();
        return true;
      },
      [this](bool) { be_ready(); }, [this](std::exception_ptr error) { failed(error); });
}

void Readiness::be_ready() {
  patience_.stop();
  if (auto ready = std::exchange(ready_, nullptr)) ready();
}

void Readiness::failed(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::denied) throw;
    log_warning("event=scheduler_away {}", e.what());
  }
  be_ready();
}

}  // namespace trainyard
