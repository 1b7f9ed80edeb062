// Entry into a user's part of scratch: is the right file system mounted there, and is every folder on the way
// the user's own? It is made where it is missing.
#pragma once
#include "daemon/deputy/user_files.h"

namespace trainyard {

// Error{unavailable} when another file system is mounted there than before: an empty mount point is no
// evidence. Error{denied} when a folder belongs to somebody else, or may be written by everybody.
ScratchState enter_scratch(const ScratchRoot& root);

// What is mounted where `path` is, or would be.
Mount mount_of(const std::string& path);

}  // namespace trainyard
