// Workers: a few threads for blocking work. A piece of work gets copies and returns one value, with which a
// callback is called on the loop. With one thread, the pieces run one after the other, in the order in which
// they were given.
#pragma once
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/base/loop.h"

namespace trainyard {

class Workers {
 public:
  Workers(Loop& loop, int threads);

  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Runs `work()` on a worker, then `done(result)` on the loop, or `failed(exception)` if `work()` threw.
  // Calls neither after the Workers are destroyed. Must be called on the loop.
  template <class Work, class Done>
  void run(Work work, Done done, std::function<void(std::exception_ptr)> failed) {
    auto loop_side = std::make_shared<std::pair<Done, std::function<void(std::exception_ptr)>>>(
        std::move(done), std::move(failed));
    push([this, work = std::move(work), loop_side]() mutable {
      try {
        auto result = std::make_shared<decltype(work())>(work());
        post([loop_side, result] { loop_side->first(std::move(*result)); });
      } catch (...) {
        post([loop_side, error = std::current_exception()] { loop_side->second(error); });
      }
    });
  }

  // Waits for the pieces of work that have begun, drops the others, and takes no more. Must be called on the
  // loop.
  void stop();

  // Returns the number of pieces of work that have not begun. Must be called on the loop.
  std::size_t waiting() const;

 private:
  // Runs `on_loop` on the loop, if the Workers still exist then. Called on a worker.
  template <class OnLoop>
  void post(OnLoop on_loop) {
    loop_.post([alive = std::weak_ptr<const bool>(alive_), on_loop = std::move(on_loop)] {
      if (!alive.expired()) on_loop();
    });
  }

  void push(std::function<void()> work);
  void work_until_stopped();

  Loop& loop_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  mutable std::mutex mutex_;  // guards queue_ and stopping_
  std::condition_variable more_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace trainyard
