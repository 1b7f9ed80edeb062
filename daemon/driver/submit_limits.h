// SubmitLimits: knows the users of whom Slurm takes no more jobs (MaxSubmitJobs and similar limits). A run
// has two jobs in Slurm and keeps its place while it waits for room for the second one, so several runs could
// block each other for ever. So the oldest run keeps its place, the others give theirs back, and no run of
// the user begins before the oldest has its second job. Called on the loop.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/driver/entities.h"
#include "daemon/run/wait_reason.h"

namespace trainyard {

class SubmitLimits {
 public:
  explicit SubmitLimits(Entities& entities) : entities_(entities) {}

  // Call this when Slurm has refused the store jobs of these runs, which belong to one user. Chooses the runs
  // that give their places back.
  void note_refusal(const std::vector<std::int64_t>& run_ids, const std::string& reason);

  // Returns the reason why this user's queued runs wait. Null: Slurm has refused none of his jobs, or takes
  // his jobs again.
  const WaitingFor* waiting_for(std::uint32_t uid) const;

 private:
  struct Limit {
    std::int64_t first = 0;  // the run that others wait for
    WaitingFor waiting;
  };
  std::int64_t oldest_submitted(std::uint32_t uid) const;

  Entities& entities_;
  std::map<std::uint32_t, Limit> limits_;  // by uid
};

}  // namespace trainyard
