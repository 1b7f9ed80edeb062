// The name of the user who calls the command.
#pragma once
#include <string>

namespace trainyard {

// Returns the user's login name, or the uid in digits for an unknown user. Lists are filtered by it, because
// an admin would see everything of all users otherwise.
std::string own_name();

}  // namespace trainyard
