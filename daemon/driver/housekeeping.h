// Housekeeping: removes directories of runs that ended long ago from scratch, and has data sets evicted that
// exceed the size of a user's cache. Called on the loop.
#pragma once
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "daemon/base/lanes.h"
#include "daemon/base/loop.h"
#include "daemon/driver/data_set_cache.h"
#include "daemon/driver/entities.h"
#include "daemon/driver/settings.h"
#include "daemon/ledger/ledger.h"
#include "daemon/steps/steps.h"

namespace trainyard {

class Housekeeping {
 public:
  Housekeeping(Loop& loop, Lanes& lanes, Ledger& ledger, Steps& steps, Entities& entities,
               DataSetCache& cache, const DriverSettings& settings)
      : loop_(loop),
        lanes_(lanes),
        ledger_(ledger),
        steps_(steps),
        entities_(entities),
        cache_(cache),
        settings_(settings) {}

  // Removes old directories and evicts data sets now, and every ten minutes from now on.
  void begin();

 private:
  void remove_next_runs();
  void go_on_soon();
  void remove_next_of(std::uint32_t uid);
  void remove(const TrainingRun& run);
  void note_removal(std::int64_t run_id);
  void note_failure(std::int64_t run_id, std::uint32_t uid, const std::exception_ptr& error);

  Loop& loop_;
  Lanes& lanes_;
  Ledger& ledger_;
  Steps& steps_;
  Entities& entities_;
  DataSetCache& cache_;
  const DriverSettings& settings_;
  bool is_round_under_way_ = false;
  RunEnd last_looked_at_;                                       // of the old runs, in this round
  std::map<std::uint32_t, std::deque<TrainingRun>> to_remove_;  // by uid
  std::map<std::uint32_t, int> failures_;                       // by uid, in this round
  std::set<std::int64_t> removal_failed_;                       // runs whose directories could not be removed
  Loop::Watch next_;                                            // part of the round
  Loop::Watch timer_;
};

}  // namespace trainyard
