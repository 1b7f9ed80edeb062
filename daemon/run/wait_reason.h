// WaitingFor: the reason why a run waits, as a key and as a sentence for the user.
#pragma once
#include <string>

namespace trainyard {

struct WaitingFor {
  // The key of the reason: "plan", "data", "Resources". It stays the same while only details of the sentence
  // change. If the run waits in Slurm, the key is Slurm's own reason. Empty: the run does not wait, or the
  // reason is unknown.
  std::string what;
  std::string words;  // the sentence
  bool operator==(const WaitingFor&) const = default;
};

// Describes why a pending job waits, from the scheduler's reason: "Resources" → "waiting for free nodes or
// GPUs (Resources)". An unknown reason is quoted as it is.
WaitingFor waiting_in_scheduler(const std::string& reason);

// Returns true if two reasons (WaitingFor::what) count as the same. None, Priority and Resources do, because
// Slurm gives them to a queued job in turns.
bool is_same_wait(const std::string& before, const std::string& now);

}  // namespace trainyard
