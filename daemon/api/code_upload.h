// Code that users upload: packed, named by its digest, kept in the user's own part of scratch.
#pragma once
#include <string>

#include "daemon/api/api.h"

namespace trainyard {

// SHA-256 in lower-case hex; Error{invalid} for anything else, so that it can stand in a path.
void check_digest(const std::string& digest);

}  // namespace trainyard
