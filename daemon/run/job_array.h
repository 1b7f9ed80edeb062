// Job arrays: runs that are admitted together and ask for the same become tasks of one array. Pure.
#pragma once
#include <cstdint>
#include <vector>

#include "daemon/run/change.h"
#include "daemon/run/run.h"

namespace trainyard {

// Whether their jobs differ in nothing but the directory. A batch script stays a job of its own: what it is
// told of itself is its own, too.
bool may_share_array(const TrainingRun& a, const TrainingRun& b);

// A run is compared with so many arrays, the latest: users may submit thousands of runs that share none.
inline constexpr std::size_t most_open_arrays = 100;

// The next attempts of these runs, in arrays of at most so many tasks; a run that is alone is in none.
// `admitted` in the order of their ids. One list for each array, and for each run that is in none: it has to
// be recorded as a whole, before anything of the array is submitted.
std::vector<Changes> admit_in_arrays(const std::vector<const TrainingRun*>& admitted, int most_tasks,
                                     UtcSeconds at);

}  // namespace trainyard
