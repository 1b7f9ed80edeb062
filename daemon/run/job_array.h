// Job arrays: makes runs that are admitted together and request the same resources the tasks of one job
// array. Pure functions.
#pragma once
#include <cstdint>
#include <vector>

#include "daemon/run/change.h"
#include "daemon/run/run.h"

namespace trainyard {

// Returns true if the jobs of the two runs differ only in their directory. A batch script is never part of an
// array, because its environment also differs from that of other scripts.
bool may_share_array(const TrainingRun& a, const TrainingRun& b);

// The most arrays, the latest ones, that a run is compared with to find one that it can join. There is a
// limit because a user can submit thousands of runs of which no two can share an array.
inline constexpr std::size_t most_open_arrays = 100;

// Returns the Admitted events for the next attempts of these runs, in arrays of at most `most_tasks` tasks. A
// run that can share an array with no other run is in no array. `admitted` must be in the order of the run
// ids. The result has one list of changes for each array, and one for each run that is in no array. A list
// must be recorded completely before any job of the array is submitted.
std::vector<Changes> admit_in_arrays(const std::vector<const TrainingRun*>& admitted, int most_tasks,
                                     UtcSeconds at);

}  // namespace trainyard
