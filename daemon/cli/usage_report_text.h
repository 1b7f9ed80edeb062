// Formats a usage report as a table for people and as CSV (RFC 4180) for spreadsheets. Pure.
#pragma once
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

std::string usage_table(const Json& report);
std::string usage_csv(const Json& report);

}  // namespace trainyard
