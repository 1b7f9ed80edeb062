// Code that users upload: packed, named by its digest, kept per uid in the daemon's state directory.
#pragma once
#include <string>

#include "daemon/api/api.h"

namespace trainyard {

// SHA-256 in lower-case hex; Error{invalid} for anything else, so that it can stand in a path.
void check_digest(const std::string& digest);

bool is_uploaded(const ApiSettings& settings, std::uint32_t uid, const std::string& digest);

}  // namespace trainyard
