// SchedulerTrouble: keeps the reason why the last call to the scheduler failed, for the daemon's status.
#pragma once
#include <string>
#include <utility>

namespace trainyard {

class SchedulerTrouble {
 public:
  void note(std::string reason) { reason_ = std::move(reason); }
  void clear() { reason_.clear(); }
  const std::string& reason() const { return reason_; }  // empty: the last call succeeded

 private:
  std::string reason_;
};

}  // namespace trainyard
