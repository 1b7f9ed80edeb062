// A batch script under the agent: as slurmd would have started it, in the directory, with the files, the
// umask and the signals that sbatch promises it.
#pragma once
#include "daemon/agent/child.h"
#include "daemon/handover/handover.h"

namespace trainyard {

// Writes the script into the attempt's directory, and links what it writes to where logs are looked for.
// Nothing for other programs. The agent's descriptors 3 and 4 are the script's stdout and stderr.
void prepare_script(const Launch& launch);

// Makes a child's description that of the script; nothing for other programs.
void run_as_batch_script(const Launch& launch, ChildSpec& child);

}  // namespace trainyard
