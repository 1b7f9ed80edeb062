// SchedulerTrouble: why the last call of the scheduler failed, for those who ask how the daemon is.
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
