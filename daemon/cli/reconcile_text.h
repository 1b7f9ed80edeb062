// Formats what `trainyard admin reconcile` shows.
#pragma once
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

// Returns a table with a row for each job on which ledger and slurmdbd differ, then an explanation of the
// findings in it, then a line with the number of jobs per finding.
std::string reconcile_text(const Json& report, const std::string& zone);

}  // namespace trainyard
