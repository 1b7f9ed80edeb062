// SubmitLimits: keeps a list of the users of whom Slurm takes no more jobs (MaxSubmitJobs and similar
// limits). A run submits two jobs, train and store. While it waits to submit the second, the first stays in
// Slurm, so several runs of a user could block each other for ever. So of the refused runs all but the user's
// oldest go back into the queue, and no run of the user is admitted before the oldest has its store job. Used
// on the loop.
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

  // To be called when Slurm has refused the store jobs of these runs, which belong to one user. Marks those
  // of them that must go back into the queue (Circumstances::seen.gives_way).
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
