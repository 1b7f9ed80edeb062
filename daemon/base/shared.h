// Shared: a value that never changes. Copies of a Shared share one value in memory, so that many objects can
// have the same large value. Compares by value. Several threads can use copies.
#pragma once
#include <memory>
#include <utility>

namespace trainyard {

template <class T>
class Shared {
 public:
  Shared() : value_(empty()) {}
  Shared(T value) : value_(std::make_shared<const T>(std::move(value))) {}  // NOLINT: stands for its value

  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }

  bool operator==(const Shared& other) const { return value_ == other.value_ || *value_ == *other.value_; }

 private:
  static const std::shared_ptr<const T>& empty() {
    static const auto shared = std::make_shared<const T>();
    return shared;
  }

  std::shared_ptr<const T> value_;
};

}  // namespace trainyard
