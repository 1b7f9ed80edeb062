// What a run waits for, in a scientist's words.
#pragma once
#include <string>

namespace trainyard {

struct WaitingFor {
  // "plan", "data", "Resources": the same while only details of the sentence change; Slurm's own word where
  // it is Slurm that lets it wait. Empty: it does not wait, or nobody says for what.
  std::string what;
  std::string words;  // the sentence
  bool operator==(const WaitingFor&) const = default;
};

// Of a pending job, by the scheduler's word for it: "Resources" → "waiting for free nodes or GPUs
// (Resources)"; one we do not know is given as it is.
WaitingFor waiting_in_scheduler(const std::string& reason);

// Whether a run that waited for `before` waits for the same now. Slurm names its reasons of a job in the
// queue (None, Priority, Resources) by turns, cycle by cycle.
bool is_same_wait(const std::string& before, const std::string& now);

}  // namespace trainyard
