// StageProgress: tells how much of a data set has been fetched, while it is staged: in the file
// "progress.json" for the daemon, and in the log of the stage job. For any thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "daemon/agent/fetch_units.h"
#include "daemon/base/guarded.h"

namespace trainyard {

class StageProgress {
 public:
  // `size_bytes`: of all objects. The file is in `directory`.
  StageProgress(std::string directory, std::int64_t size_bytes);

  // Notes what is there. Rate and time left are those of this process: what an earlier one has fetched does
  // not count. Writes the file at most once a second, and a line of the log every ten
  // seconds. Only logs an error: a progress that cannot be written must not end staging.
  void note(const FetchedUnits& there);

 private:
  using Clock = std::chrono::steady_clock;
  struct Written {
    Clock::time_point file, log;
  };

  std::string directory_;
  std::int64_t size_bytes_;
  Clock::time_point began_ = Clock::now();
  Guarded<Written> written_;
};

}  // namespace trainyard
