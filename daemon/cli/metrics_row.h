// Formats the metrics of an epoch as a row of a table. The columns have fixed widths, so that rows can be
// printed while the training goes on. Pure functions.
#pragma once
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

std::string metrics_title();
std::string metrics_row(const Json& metric);  // empty if `metric` is not the end of an epoch

}  // namespace trainyard
