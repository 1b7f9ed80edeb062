// Formats for people where Slurm differs from the plans.
#pragma once
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

// Returns a table of the differences, how many `apply` would set, and what a person must do. `drift` comes
// from the answer to GET or, if `applied`, POST /v1/admin/plans.
std::string plan_drift_text(const Json& drift, bool applied);

}  // namespace trainyard
