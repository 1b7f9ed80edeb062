// WaitingFor: what a run waits for, in words for the scientist.
#pragma once
#include <string>

namespace trainyard {

struct WaitingFor {
  // A key: "plan", "data", "Resources". The key stays the same while only details of the sentence change. If
  // the run waits in Slurm, the key is Slurm's own reason. Empty: the run does not wait, or the reason is
  // unknown.
  std::string what;
  std::string words;  // the sentence
  bool operator==(const WaitingFor&) const = default;
};

// Describes why a pending job waits, from the scheduler's reason: "Resources" → "waiting for free nodes or
// GPUs (Resources)". An unknown reason is quoted as it is.
WaitingFor waiting_in_scheduler(const std::string& reason);

// Returns true if a run that waited for `before` (a WaitingFor::what) still waits for the same. None,
// Priority and Resources count as the same, because Slurm gives them to a queued job by turns, from cycle to
// cycle.
bool is_same_wait(const std::string& before, const std::string& now);

}  // namespace trainyard
