// Housekeeping: removes from scratch what is there beyond its time: directories of runs that ended long ago,
// data sets beyond the size of a user's cache. On the loop.
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

  // Now, and every ten minutes from now on.
  void begin();

 private:
  void remove_old_runs();
  void remove(const TrainingRun& run);
  void note_removal(std::int64_t run_id);
  void evict_data_sets();
  void evict(LiveDataSet& live);
  void note_eviction(const std::string& digest);

  Loop& loop_;
  Lanes& lanes_;
  Ledger& ledger_;
  Steps& steps_;
  Entities& entities_;
  const DriverSettings& settings_;
  std::set<std::int64_t> removal_failed_;  // runs whose directories could not be removed
  Loop::Watch timer_;
};

}  // namespace trainyard
