// Ticker: the time between two looks at the daemon, cut short by Ctrl-C.
#pragma once
#include <chrono>

#include "daemon/base/fd.h"

namespace trainyard {

inline constexpr std::chrono::milliseconds look_interval{500};

class Ticker {
 public:
  Ticker();   // from now on SIGINT and SIGTERM come here only
  ~Ticker();  // and from here on they do again what they did
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  // False when the user has interrupted.
  bool wait(std::chrono::milliseconds interval);

 private:
  UniqueFd signals_;
};

inline constexpr int interrupted_exit_code = 130;  // as the shell has it: 128 + SIGINT

}  // namespace trainyard
