// JobArrays: finds the live runs whose attempts are tasks of the same job array. Used on the loop.
#pragma once
#include <map>
#include <set>
#include <utility>

#include "daemon/run/run.h"

namespace trainyard {

class JobArrays {
 public:
  // To be called when the run is new, or when its attempt has changed or ended.
  void update(const TrainingRun& run);
  void remove(std::int64_t run_id);

  // Returns the runs of the array that this run's attempt is in, including this run. Empty: the attempt is in
  // no array.
  const std::set<std::int64_t>& runs_with(std::int64_t run_id) const;

 private:
  using Array = std::pair<std::int64_t, int>;  // the array's first run, and the number of that run's attempt
  std::map<Array, std::set<std::int64_t>> runs_;
  std::map<std::int64_t, Array> array_of_run_;
};

}  // namespace trainyard
