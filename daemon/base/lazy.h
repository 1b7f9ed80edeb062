// Lazy: a value that is made at its first use and kept from then on. Copies share the value. Several threads
// can use the same Lazy.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace trainyard {

template <class T>
class Lazy {
 public:
  Lazy() = default;  // has no value and must not be dereferenced
  explicit Lazy(T value) : shared_(std::make_shared<Shared>()) {
    shared_->value = std::make_unique<const T>(std::move(value));
  }
  // `make` makes the value. If `make` throws, the user of the value gets the exception, and the next use
  // calls `make` again.
  explicit Lazy(std::function<T()> make) : shared_(std::make_shared<Shared>()) {
    shared_->make = std::move(make);
  }

  const T& operator*() const { return shared_->get(); }
  const T* operator->() const { return &shared_->get(); }
  explicit operator bool() const { return shared_ != nullptr; }

 private:
  struct Shared {
    const T& get() {
      std::call_once(made, [this] {
        if (!value) value = std::make_unique<const T>(make());
        make = nullptr;  // also frees what the function captured
      });
      return *value;
    }
    std::once_flag made;
    std::function<T()> make;
    std::unique_ptr<const T> value;
  };
  std::shared_ptr<Shared> shared_;
};

}  // namespace trainyard
