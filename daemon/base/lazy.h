// Lazy: a value that is made when somebody first asks for it, and kept from then on. Copies share it. Any
// thread.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace trainyard {

template <class T>
class Lazy {
 public:
  Lazy() = default;  // no value: not to be asked for
  explicit Lazy(T value) : shared_(std::make_shared<Shared>()) {
    shared_->value = std::make_unique<const T>(std::move(value));
  }
  // What `make` throws, whoever asks gets; the next one to ask tries again.
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
        make = nullptr;  // with all that it was made from
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
