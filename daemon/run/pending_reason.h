// Slurm's reasons for a pending job, in a scientist's words.
#pragma once
#include <string>

namespace trainyard {

// "Resources" → "waiting for free nodes or GPUs (Resources)"; one we do not know is given as it is.
std::string pending_reason_in_words(const std::string& reason);

}  // namespace trainyard
