// Formats the daemon's answer to a submission for people. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/json.h"

namespace trainyard {

std::string submitted_text(const std::string& file, const Json& answer);
std::string dry_run_text(const std::string& file, const Json& answer);
std::string next_steps_text(const std::vector<std::int64_t>& run_ids);

}  // namespace trainyard
