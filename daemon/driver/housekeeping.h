// Housekeeping: removes directories of runs that ended long ago from scratch, and data sets that exceed the
// size of a user's cache. Called on the loop.
#pragma once
#include <functional>
#include <set>
#include <string>

#include "daemon/base/lanes.h"
#include "daemon/base/loop.h"
#include "daemon/driver/entities.h"
#include "daemon/driver/settings.h"
#include "daemon/ledger/ledger.h"
#include "daemon/steps/steps.h"

namespace trainyard {

class Housekeeping {
 public:
  Housekeeping(Loop& loop, Lanes& lanes, Ledger& ledger, Steps& steps, Entities& entities,
               const DriverSettings& settings)
      : loop_(loop),
        lanes_(lanes),
        ledger_(ledger),
        steps_(steps),
        entities_(entities),
        settings_(settings) {}

  // Removes old directories and data sets now, and every ten minutes from now on.
  void begin();

 private:
  void remove_old_runs();
  std::vector<TrainingRun> next_old_runs();
  void remove(const TrainingRun& run);
  void note_removal(std::int64_t run_id);
  void end_removal();
  void evict_data_sets();
  void evict(LiveDataSet& live);
  void note_eviction(const std::string& digest);

  Loop& loop_;
  Lanes& lanes_;
  Ledger& ledger_;
  Steps& steps_;
  Entities& entities_;
  const DriverSettings& settings_;
  std::size_t removals_under_way_ = 0;    // of directories of runs
  RunEnd last_looked_at_;                 // of the old runs, in this round
  std::set<std::uint32_t> silent_users_;  // whose files did not answer in this round
  Loop::Watch look_;                      // at more old runs
  Loop::Watch timer_;
};

}  // namespace trainyard
