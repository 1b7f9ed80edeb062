// A run's detail, for people. Pure.
#pragma once
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

// `run` is the daemon's RunDetail; times in that zone.
std::string run_text(const Json& run, const std::string& zone);

}  // namespace trainyard
