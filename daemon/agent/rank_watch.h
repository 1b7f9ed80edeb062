// Watches one rank, so that the fence (handover/claim.h) works on nodes on which no agent runs, too.
#pragma once
#include <string>

namespace trainyard {

// Starts a watcher: a process that ends the calling process if the claim on the attempt in `directory` is
// revoked, or cannot be read for contact_lost (handover/claim.h), even after the calling process has executed
// another program. The watcher is no child of that program, holds none of its files, and exits when the
// program has ended. Error{unavailable} if the claim is missing or revoked already.
void have_this_process_watched(const std::string& directory);

}  // namespace trainyard
