// Guarded: a value that several threads share, seen by one at a time. For what has no thread of its own;
// state that changes belongs to the loop.
#pragma once
#include <mutex>
#include <utility>

namespace trainyard {

template <class Value>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(Value value) : value_(std::move(value)) {}

  // Any thread: calls `use(value)`, and returns its result, while no other thread does the same.
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
