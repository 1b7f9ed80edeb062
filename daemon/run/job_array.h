// Job arrays: groups runs that are admitted together and ask for the same resources as tasks of one array.
// Pure.
#pragma once
#include <cstdint>
#include <vector>

#include "daemon/run/change.h"
#include "daemon/run/run.h"

namespace trainyard {

// Returns true if the jobs of the two runs differ only in their directory. A batch script is never part of an
// array, because its environment also differs from that of other scripts.
bool may_share_array(const TrainingRun& a, const TrainingRun& b);

// A run is compared with at most this many arrays, the latest ones. A limit is needed because a user can
// submit thousands of runs of which no two can share an array.
inline constexpr std::size_t most_open_arrays = 100;

// Returns the Admitted events for the next attempts of these runs, in arrays of at most `most_tasks` tasks. A
// run that shares an array with no other run is in no array. `admitted` must be in the order of the ids. The
// result has one list for each array, and one for each run that is in no array. A list must be recorded as a
// whole before any job of the array is submitted.
std::vector<Changes> admit_in_arrays(const std::vector<const TrainingRun*>& admitted, int most_tasks,
                                     UtcSeconds at);

}  // namespace trainyard
