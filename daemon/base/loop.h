// Loop: the event loop (sd-event) of the one thread that owns all state that changes. All functions but
// post() must be called on this thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>

#include "daemon/base/clock.h"

namespace trainyard {

class Loop {
 public:
  // How long one callback, or one turn of posted work, kept the loop from all other work, and when it ended.
  struct Stall {
    std::chrono::microseconds length{0};
    UtcSeconds at{};
  };

  // Owns a callback that watch_readable(), watch_writable(), after() or on_signal() has registered. The
  // callback is called only as long as its Watch exists.
  class Watch {
   public:
    Watch() = default;
    Watch(Watch&&) noexcept = default;
    Watch& operator=(Watch&&) noexcept = default;
    void stop() { source_.reset(); }
    explicit operator bool() const { return source_ != nullptr; }

   private:
    friend class Loop;
    struct Source;
    struct Deleter {
      void operator()(Source* source) const;
    };
    std::unique_ptr<Source, Deleter> source_;
  };

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop(); can be called again afterwards. An exception from a callback ends the loop and is
  // thrown by run(), unless the function given to survive() accepts the exception.
  void run();
  // Sets a function that is called with an exception of a callback. If the function returns true, run() goes
  // on.
  void survive(std::function<bool(std::exception_ptr)> takes);
  void stop();

  // Returns the longest stall so far. Only callbacks count, not what this thread did before run().
  Stall longest_stall() const;

  // Runs `work` on the loop, in the order of the calls. For any thread.
  void post(std::function<void()> work);

  Watch watch_readable(int fd, std::function<void()> ready);
  Watch watch_writable(int fd, std::function<void()> ready);
  Watch after(std::chrono::milliseconds delay, std::function<void()> due);  // calls `due` once
  Watch on_signal(int signal, std::function<void()> arrived);  // blocks the signal for this thread

 private:
  Watch watch(int fd, std::uint32_t events, std::function<void()> ready);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trainyard
