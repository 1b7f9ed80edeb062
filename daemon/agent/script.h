// Runs a batch script under the agent as slurmd would have started it: with the directory, the files, the
// umask and the signals that sbatch promises.
#pragma once
#include "daemon/agent/child.h"
#include "daemon/handover/handover.h"

namespace trainyard {

// Writes the script into the attempt's directory, and makes links to its output where logs are looked for.
// Does nothing for other programs. The agent's descriptors 3 and 4 are the script's stdout and stderr.
void prepare_script(const Launch& launch);

// Sets the directory, the files, the umask and the signals of `child` for a batch script. Does nothing for
// other programs.
void run_as_batch_script(const Launch& launch, ChildSpec& child);

}  // namespace trainyard
