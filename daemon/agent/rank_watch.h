// The watch over one rank: the fence on nodes that the agent itself is not on.
#pragma once
#include <string>

namespace trainyard {

// Leaves a process behind that ends the calling one, whatever program that becomes, when the claim on the
// attempt in `directory` is taken away or out of sight (handover/claim.h). It is no child of the program's,
// holds none of its files, and is gone as soon as the program is. Error{unavailable} when the claim does not
// stand even now.
void have_this_process_watched(const std::string& directory);

}  // namespace trainyard
