// How trainyard-train ends; the agent and the manual say the same.
#pragma once
#include "daemon/base/error.h"

namespace trainyard {

constexpr int exit_done = 0;
constexpr int exit_bad_input = 65;      // settings or data: the same again fails again
constexpr int exit_numeric = 70;        // the loss is not a number, or the program is at fault
constexpr int exit_communication = 71;  // a rank or the network between ranks failed
constexpr int exit_try_again = 75;      // stopped by a signal, or scratch was not usable just then

constexpr int trainer_exit_code(ErrorKind kind) {
  if (kind == ErrorKind::unavailable) return exit_try_again;
  return kind == ErrorKind::internal ? exit_numeric : exit_bad_input;
}

}  // namespace trainyard
