#include "daemon/cli/ticker.h"

#include <poll.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <csignal>

namespace trainyard {
namespace {

sigset_t interrupts() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Ticker::Ticker() {
  sigset_t set = interrupts();
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC));
  if (!signals_) throw_errno("signalfd");
}

// Discards SIGINT and SIGTERM that have arrived, because wait() has reported them. If they were still pending
// when they are unblocked, they would end the program before its last output.
Ticker::~Ticker() {
  sigset_t set = interrupts();
  timespec at_once{};
  while (::sigtimedwait(&set, nullptr, &at_once) > 0) {
  }
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

bool Ticker::wait(std::chrono::milliseconds interval) {
  pollfd signal{signals_.get(), POLLIN, 0};
  return ::poll(&signal, 1, static_cast<int>(interval.count())) <= 0;
}

}  // namespace trainyard
