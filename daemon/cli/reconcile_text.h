// Formats what `trainyard admin reconcile` shows.
#pragma once
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

// Returns a table with a row for each job on which ledger and slurmdbd differ, then what the reasons mean,
// then a line with the counts.
std::string reconcile_text(const Json& report, const std::string& zone);

}  // namespace trainyard
