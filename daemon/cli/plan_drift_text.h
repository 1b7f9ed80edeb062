// Where Slurm differs from the plans, for people.
#pragma once
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

// `drift` as GET and POST /v1/admin/plans answer it: a table, what came of it, and what is left to a person.
std::string plan_drift_text(const Json& drift, bool applied);

}  // namespace trainyard
