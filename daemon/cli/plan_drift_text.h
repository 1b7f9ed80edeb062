// Formats the differences between Slurm's limits and the plans for people.
#pragma once
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

// Returns a table of the differences between Slurm's limits and the plans, the number of limits that
// `trainyard admin plan apply` would set, and what an admin must do himself. `drift` comes from the answer to
// GET or, if `applied`, POST /v1/admin/plans.
std::string plan_drift_text(const Json& drift, bool applied);

}  // namespace trainyard
