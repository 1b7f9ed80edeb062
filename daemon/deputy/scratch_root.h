// Enters a user's part of scratch: checks that the right file system is mounted there and that every folder
// on the way is the user's own, and makes missing folders.
#pragma once
#include "daemon/deputy/user_files.h"

namespace trainyard {

// Enters the part of scratch, and returns what was found. Error{unavailable} if another file system is
// mounted there than before: files missing from an empty mount point prove nothing. Error{denied} if a folder
// belongs to another user (root's are accepted), or if everybody can write to it.
ScratchState enter_scratch(const ScratchRoot& root);

// Returns the file system that is mounted where `path` is, or would be.
Mount mount_of(const std::string& path);

}  // namespace trainyard
