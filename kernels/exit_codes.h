// Exit codes of trainyard-train. The agent and the manual page have the same numbers.
#pragma once
#include "daemon/base/error.h"

namespace trainyard {

constexpr int exit_done = 0;
constexpr int exit_bad_input = 65;      // wrong settings or data: another try would fail as well
constexpr int exit_numeric = 70;        // the loss is not a number, or the program has an error
constexpr int exit_communication = 71;  // a rank or the network between ranks failed
constexpr int exit_try_again = 75;      // stopped by a signal, or scratch was not usable at the time

constexpr int trainer_exit_code(ErrorKind kind) {
  if (kind == ErrorKind::unavailable) return exit_try_again;
  return kind == ErrorKind::internal ? exit_numeric : exit_bad_input;
}

}  // namespace trainyard
