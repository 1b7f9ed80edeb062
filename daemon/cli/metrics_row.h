// Epochs as lines of a table whose columns have fixed widths, so that it can grow while it is watched. Pure.
#pragma once
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

std::string metrics_title();
std::string metrics_row(const Json& metric);  // empty for a line that is no epoch's end

}  // namespace trainyard
