// Formats the details of a run for people. Pure.
#pragma once
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

// `run` is the daemon's RunDetail as JSON. Times are shown in the time zone `zone`.
std::string run_text(const Json& run, const std::string& zone);

}  // namespace trainyard
