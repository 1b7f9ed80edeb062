// Checks a user's part of scratch: that the right file system is mounted there, and that every folder of its
// path below the site's part is the user's own. Makes missing folders.
#pragma once
#include "daemon/deputy/user_files.h"

namespace trainyard {

// Checks the user's part of scratch, makes its missing folders, and returns what was found.
// Error{unavailable} if another file system is mounted there than when scratch was made, because files that
// are missing from an empty mount point might still exist. Error{denied} if a folder belongs to another user
// (root's are accepted), or if everybody can write to it.
ScratchState enter_scratch(const ScratchRoot& root);

// Returns the file system that is mounted where `path` is, or would be.
Mount mount_of(const std::string& path);

}  // namespace trainyard
