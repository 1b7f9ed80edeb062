// JobArrays: which live runs have attempts that are tasks of the same job array. On the loop.
#pragma once
#include <map>
#include <set>
#include <utility>

#include "daemon/run/run.h"

namespace trainyard {

class JobArrays {
 public:
  // The run's attempt has changed, or is over, or the run is new here.
  void update(const TrainingRun& run);
  void remove(std::int64_t run_id);

  // The runs of the array that this run's attempt is in, this one among them; empty: it is in none.
  const std::set<std::int64_t>& runs_with(std::int64_t run_id) const;

 private:
  using Array = std::pair<std::int64_t, int>;  // its first run, and the attempt of that run
  std::map<Array, std::set<std::int64_t>> runs_;
  std::map<std::int64_t, Array> array_of_run_;
};

}  // namespace trainyard
