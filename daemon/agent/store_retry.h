// Repeats an action after a pause, for a store that is unavailable for a moment.
#pragma once
#include <chrono>
#include <thread>

#include "daemon/base/error.h"
#include "daemon/base/log.h"

namespace trainyard {

// The first pause lasts `first`, and each further one is twice as long. Together they last at most
// `altogether`.
struct Patience {
  std::chrono::milliseconds first{1'000};
  std::chrono::milliseconds altogether{63'000};
};

// Returns action(). Repeats it after each Error{unavailable} until `patience` is used up; throws any other
// error at once.
template <class Action>
auto with_retries(const Patience& patience, const Action& action) {
  std::chrono::milliseconds paused{0};
  for (auto pause = patience.first;; pause *= 2) {
    try {
      return action();
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::unavailable || paused + pause > patience.altogether) throw;
      log_warning("{}; again in {} ms", e.what(), pause.count());
    }
    std::this_thread::sleep_for(pause);
    paused += pause;
  }
}

}  // namespace trainyard
