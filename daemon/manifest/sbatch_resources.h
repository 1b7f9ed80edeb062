// The nodes, GPUs and other resources of a batch script's job, as plans count them and people see them.
#pragma once
#include "daemon/manifest/manifest.h"
#include "daemon/manifest/sbatch_arguments.h"

namespace trainyard::sbatch {

// Returns the job's resources, with the greatest numbers of nodes and GPUs that the job can get. Adds a
// problem for options that exclude each other, and for GPUs whose number is unknown before the job starts.
Resources resources_of(const std::map<std::string, Given>& given, Problems& problems);

// Changes the options as sbatch does: adds --ntasks and --nodes if other options imply them, limits the nodes
// to the number of tasks, and removes --hint beside an option that excludes it. Implied nodes have "implied":
// true, because no task is started for each of them.
void add_conclusions(Json& options);

}  // namespace trainyard::sbatch
