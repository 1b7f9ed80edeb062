// Loop: the one thread that owns everything that changes (sd-event). All calls but post() on that thread.
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
  // Everything else waits while one source's callbacks run: for so long, since then.
  struct Stall {
    std::chrono::microseconds length{0};
    UtcSeconds at{};
  };

  // What watch(), after() and on_signal() hand out: the callback lives as long as this does.
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

  // Runs until stop(), and may be run again. An exception from a callback ends the loop and leaves run(),
  // unless survive() takes it.
  void run();
  // `takes` says whether the loop goes on after this exception.
  void survive(std::function<bool(std::exception_ptr)> takes);
  void stop();

  // The longest so far; what run() does before its first callback is none.
  Stall longest_stall() const;

  // Any thread: `work` runs on the loop, in the order of the posts.
  void post(std::function<void()> work);

  Watch watch_readable(int fd, std::function<void()> ready);
  Watch watch_writable(int fd, std::function<void()> ready);
  Watch after(std::chrono::milliseconds delay, std::function<void()> due);  // once
  Watch on_signal(int signal, std::function<void()> arrived);  // blocks the signal for this thread

 private:
  Watch watch(int fd, std::uint32_t events, std::function<void()> ready);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trainyard
