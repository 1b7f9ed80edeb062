// Ticker: waits between two requests to the daemon. SIGINT (Ctrl-C) or SIGTERM ends the wait early.
#pragma once
#include <chrono>

#include "daemon/base/fd.h"

namespace trainyard {

inline constexpr std::chrono::milliseconds look_interval{500};

class Ticker {
 public:
  Ticker();   // blocks SIGINT and SIGTERM: only wait() sees them
  ~Ticker();  // unblocks SIGINT and SIGTERM
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  // Waits for `interval`. Returns false if a signal ended the wait.
  bool wait(std::chrono::milliseconds interval);

 private:
  UniqueFd signals_;
};

inline constexpr int interrupted_exit_code = 130;  // as the shell has it: 128 + SIGINT

}  // namespace trainyard
