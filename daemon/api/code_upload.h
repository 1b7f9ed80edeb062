// Code that users upload: an archive, named by its digest, in the user's own part of scratch.
#pragma once
#include <string>

#include "daemon/api/api.h"

namespace trainyard {

// Throws Error{invalid} unless `digest` is a SHA-256 in lower-case hex. A checked digest is safe in a path.
void check_digest(const std::string& digest);

}  // namespace trainyard
