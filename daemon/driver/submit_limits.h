// SubmitLimits: users of whom Slurm takes no more jobs: MaxSubmitJobs and its like. A run has two jobs in
// Slurm, and one that has the first waits for the second with its place taken, so that several could wait for
// each other for ever. The oldest run keeps its place, the others give theirs back, and none begins before
// the oldest has its second job. On the loop.
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

  // The store jobs of these runs, of one user, were refused. Chooses the runs that give way.
  void note_refusal(const std::vector<std::int64_t>& run_ids, const std::string& reason);

  // The reason why that user's queued runs wait; null: Slurm has refused him no job, or takes his jobs again.
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
