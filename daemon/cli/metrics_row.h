// Formats epochs as rows of a table. The columns have fixed widths, so that rows can be added while the user
// watches. Pure.
#pragma once
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

std::string metrics_title();
std::string metrics_row(const Json& metric);  // empty if `metric` is not the end of an epoch

}  // namespace trainyard
