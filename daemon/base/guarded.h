// Guarded: a value with a mutex, so that several threads share the value and one at a time uses it. Not for
// the state of runs, which belongs to the loop.
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
