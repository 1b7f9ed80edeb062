#include "daemon/cli/without_echo.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>

namespace trainyard {
namespace {

constexpr std::array ending_signals{SIGINT, SIGQUIT, SIGTERM, SIGHUP};

// Written before the handlers are installed, and not changed until they are removed.
termios settings_before;
std::array<struct sigaction, ending_signals.size()> handlers_before;
struct sigaction stop_handler_before;

// Calls only functions that POSIX permits in a handler of signals. The signal ends the process when the
// handler returns, because the handler was removed when it was called.
void restore_and_end(int signal) {
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings_before);
  ::raise(signal);
}

// A signal that the caller of this program wants to be ignored stays ignored.
void install_handlers() {
  struct sigaction handler {};
  handler.sa_handler = restore_and_end;
  handler.sa_flags = static_cast<int>(SA_RESETHAND);
  for (std::size_t i = 0; i < ending_signals.size(); ++i) {
    ::sigaction(ending_signals[i], nullptr, &handlers_before[i]);
    if (handlers_before[i].sa_handler != SIG_IGN) ::sigaction(ending_signals[i], &handler, nullptr);
  }
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGTSTP, &ignore, &stop_handler_before);
}

void remove_handlers() {
  for (std::size_t i = 0; i < ending_signals.size(); ++i)
    ::sigaction(ending_signals[i], &handlers_before[i], nullptr);
  ::sigaction(SIGTSTP, &stop_handler_before, nullptr);
}

}  // namespace

WithoutEcho::WithoutEcho() : is_terminal_(::tcgetattr(STDIN_FILENO, &settings_before) == 0) {
  if (!is_terminal_) return;
  install_handlers();
  termios silent = settings_before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
}

WithoutEcho::~WithoutEcho() {
  if (!is_terminal_) return;
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings_before);
  remove_handlers();
}

}  // namespace trainyard
