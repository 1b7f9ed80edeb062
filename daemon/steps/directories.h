// Directories of users on scratch. The parents are the daemon's, 0755; what lies below is the user's, 0700,
// and is touched as the user.
#pragma once
#include <string>

#include "daemon/run/events.h"

namespace trainyard {

// Makes `path` (its parent too), 0700, owned by that user; one that is there and not yet given away is, too.
void make_user_directory(const std::string& path, const Owner& owner);

// Removes it with all that is in it, as its owner. Nothing there is no error.
void remove_user_directory(const std::string& path, const Owner& owner);

}  // namespace trainyard
