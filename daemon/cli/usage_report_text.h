// Formats a usage report as a table for people and as CSV (RFC 4180) for spreadsheets. Pure.
#pragma once
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

std::string usage_table(const Json& report);
// How runs found their data sets, by user; empty where no run had any.
std::string data_uses_table(const Json& report);
std::string usage_csv(const Json& report);

}  // namespace trainyard
