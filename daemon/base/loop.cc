#include "daemon/base/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <deque>
#include <exception>
#include <iterator>
#include <mutex>
#include <utility>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

// How long posted work runs before the loop turns to its other sources: descriptors, timers and signals.
constexpr std::chrono::milliseconds turn{2};

void check(int result, const char* what) {
  if (result < 0) throw Error(ErrorKind::internal, std::string(what) + ": " + std::strerror(-result));
}

}  // namespace

struct Loop::State {
  sd_event* event = nullptr;
  std::exception_ptr failure;
  bool stopping = false;
  Stall longest_stall;
  std::function<bool(std::exception_ptr)> survives;
  UniqueFd wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::mutex mutex;  // guards `posted`, to which other threads add
  std::vector<std::function<void()>> posted;
  std::deque<std::function<void()>> due;  // taken from `posted`, not run yet
  Watch wake_watch;

  // Catches the callback's exceptions, because they must not pass through sd-event, which is C. An exception
  // that `survives` does not accept ends the loop and is thrown by run().
  void call(const std::function<void()>& callback) noexcept {
    try {
      callback();
    } catch (...) {
      if (survives && survives(std::current_exception())) return;
      failure = std::current_exception();
      stopping = true;
    }
  }

  void note_stall(std::chrono::steady_clock::duration length) {
    if (length > longest_stall.length)
      longest_stall = {std::chrono::duration_cast<std::chrono::microseconds>(length), now()};
  }

  void wake_up() const {
    std::uint64_t one = 1;
    [[maybe_unused]] ssize_t written = ::write(wake.get(), &one, sizeof one);
  }

  // Runs posted work until the time `turn` is over. The rest of the work waits until the loop has served its
  // other sources.
  void run_posted() {
    std::uint64_t count = 0;
    [[maybe_unused]] ssize_t got = ::read(wake.get(), &count, sizeof count);
    {
      std::lock_guard lock(mutex);
      std::move(posted.begin(), posted.end(), std::back_inserter(due));
      posted.clear();
    }
    const auto end_of_turn = std::chrono::steady_clock::now() + turn;
    while (!due.empty() && !failure) {
      std::function<void()> work = std::move(due.front());
      due.pop_front();
      call(work);
      if (std::chrono::steady_clock::now() >= end_of_turn) break;
    }
    // After a failure the loop ends, and the posted work that is left is dropped.
    if (failure) due.clear();
    if (!due.empty()) wake_up();
  }
};

struct Loop::Watch::Source {
  State* loop = nullptr;
  sd_event_source* source = nullptr;
  std::function<void()> callback;

  // Calls the callback and notes how long it took. Calls a copy and uses no member of this Source afterwards,
  // because a callback can stop its own Watch, which deletes the Source.
  void fire() {
    State* timed = loop;
    std::function<void()> copy = callback;
    auto begun = std::chrono::steady_clock::now();
    timed->call(copy);
    timed->note_stall(std::chrono::steady_clock::now() - begun);
  }
};

void Loop::Watch::Deleter::operator()(Source* source) const {
  sd_event_source_disable_unref(source->source);
  delete source;
}

Loop::Loop() : state_(std::make_unique<State>()) {
  check(sd_event_new(&state_->event), "sd_event_new");
  state_->wake_watch = watch_readable(state_->wake.get(), [state = state_.get()] { state->run_posted(); });
}

Loop::~Loop() {
  state_->wake_watch.stop();
  sd_event_unref(state_->event);
}

void Loop::run() {
  while (!state_->stopping) check(sd_event_run(state_->event, UINT64_MAX), "sd_event_run");
  state_->stopping = false;
  if (std::exception_ptr failure = std::exchange(state_->failure, nullptr)) std::rethrow_exception(failure);
}

void Loop::survive(std::function<bool(std::exception_ptr)> takes) { state_->survives = std::move(takes); }

void Loop::stop() { state_->stopping = true; }

Loop::Stall Loop::longest_stall() const { return state_->longest_stall; }

void Loop::post(std::function<void()> work) {
  {
    std::lock_guard lock(state_->mutex);
    state_->posted.push_back(std::move(work));
  }
  state_->wake_up();
}

Loop::Watch Loop::watch_readable(int fd, std::function<void()> ready) {
  return watch(fd, EPOLLIN, std::move(ready));
}

Loop::Watch Loop::watch_writable(int fd, std::function<void()> ready) {
  return watch(fd, EPOLLOUT, std::move(ready));
}

Loop::Watch Loop::watch(int fd, std::uint32_t events, std::function<void()> ready) {
  Watch watch;
  watch.source_.reset(new Watch::Source{state_.get(), nullptr, std::move(ready)});
  auto fire = [](sd_event_source*, int, std::uint32_t, void* source) {
    static_cast<Watch::Source*>(source)->fire();
    return 0;
  };
  check(sd_event_add_io(state_->event, &watch.source_->source, fd, events, fire, watch.source_.get()),
        "sd_event_add_io");
  return watch;
}

Loop::Watch Loop::after(std::chrono::milliseconds delay, std::function<void()> due) {
  Watch watch;
  watch.source_.reset(new Watch::Source{state_.get(), nullptr, std::move(due)});
  auto fire = [](sd_event_source*, std::uint64_t, void* source) {
    static_cast<Watch::Source*>(source)->fire();
    return 0;
  };
  auto usec =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(delay).count());
  check(sd_event_add_time_relative(state_->event, &watch.source_->source, CLOCK_MONOTONIC, usec, 1000, fire,
                                   watch.source_.get()),
        "sd_event_add_time_relative");
  return watch;
}

Loop::Watch Loop::on_signal(int signal, std::function<void()> arrived) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  Watch watch;
  watch.source_.reset(new Watch::Source{state_.get(), nullptr, std::move(arrived)});
  auto fire = [](sd_event_source*, const struct signalfd_siginfo*, void* source) {
    static_cast<Watch::Source*>(source)->fire();
    return 0;
  };
  check(sd_event_add_signal(state_->event, &watch.source_->source, signal, fire, watch.source_.get()),
        "sd_event_add_signal");
  return watch;
}

}  // namespace trainyard
