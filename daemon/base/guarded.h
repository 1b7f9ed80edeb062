// Guarded: a value that several threads share and that only one thread at a time can use. Only for data that
// no thread owns; state that changes belongs to the loop.
#pragma once
#include <mutex>
#include <utility>

namespace trainyard {

template <class Value>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(Value value) : value_(std::move(value)) {}

  // Calls `use(value)` with the mutex locked and returns its result. For any thread.
  template <class Use>
  auto with(Use use) {
    std::lock_guard lock(mutex_);
    return use(value_);
  }

 private:
  std::mutex mutex_;
  Value value_{};
};

}  // namespace trainyard
