// Copies the checkpoint of an earlier attempt into the CHECKPOINT_DIR of the next one, before its program
// starts.
#pragma once
#include <string>

namespace trainyard {

// Copies the folder (or link) `from` to `to`. Keeps symbolic links, hard links among its files, holes, modes
// and modification times. Leaves out FIFOs, sockets and devices, with a warning. `to` appears complete or not
// at all, so a copy that was killed is begun anew. An existing `to` is left as it is.
//
// `from` is the checkpoint folder of an attempt, ".../attempts/<n>/checkpoint". If that attempt has none, the
// nearest earlier attempt that has one is used. If no attempt has one, nothing is done.
void take_over_checkpoint(const std::string& from, const std::string& to);

}  // namespace trainyard
