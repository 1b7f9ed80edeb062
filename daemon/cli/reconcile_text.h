// What `trainyard admin reconcile` shows.
#pragma once
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

// A row for each job that is not equal, what the reasons mean, and a last line that counts.
std::string reconcile_text(const Json& report, const std::string& zone);

}  // namespace trainyard
