// What plans and people count of a batch script's job.
#pragma once
#include "daemon/manifest/manifest.h"
#include "daemon/manifest/sbatch_arguments.h"

namespace trainyard::sbatch {

// As many nodes and GPUs as the job can get at most. Notes what contradicts itself, and GPUs whose number
// nobody knows before the job starts.
Resources resources_of(const std::map<std::string, Given>& given, Problems& problems);

// What sbatch concludes by itself: --ntasks and --nodes where other options imply them (such nodes have
// "implied": no task is started for each), and no more nodes than tasks. --hint is left out beside an option
// that excludes it.
void add_conclusions(Json& options);

}  // namespace trainyard::sbatch
