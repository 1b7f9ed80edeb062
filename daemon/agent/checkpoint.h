// What the attempt before left in its CHECKPOINT_DIR, taken over by the next before its program starts.
#pragma once
#include <string>

namespace trainyard {

// Copies the folder (or link) `from` as it is: symbolic links as links, hard links among its files, holes,
// modes and times of change. FIFOs, sockets and devices are left out, with a warning. `to` appears complete
// or not at all, so a copy that was killed is begun anew; one that is there already stays.
//
// `from` is the checkpoint folder of an attempt, ".../attempts/<n>/checkpoint". Where that attempt never came
// to have one, the nearest before it is taken. Where none has, nothing is done.
void take_over_checkpoint(const std::string& from, const std::string& to);

}  // namespace trainyard
