// Evidence: what the agent of an attempt left on scratch, read as the run's owner.
#pragma once
#include <optional>
#include <string>

#include "daemon/handover/handover.h"
#include "daemon/run/run.h"
#include "daemon/run/usage.h"

namespace trainyard {

// Of the run's last attempt, and of its train job only: what another job left there is not in it. The
// directory is the user's: a file that makes no sense counts as absent, with a warning. Error{unavailable}
// when scratch does not answer.
struct AttemptEvidence {
  std::optional<Claim> claim;  // whose it is now, revoked or not
  std::optional<StartEvidence> start;
  std::optional<ExitEvidence> exit;
  std::optional<UtcSeconds> heartbeat;

  Witness witness() const { return witness_of(start, exit, heartbeat); }
};
AttemptEvidence read_evidence(const std::string& directory, const TrainingRun& run);

}  // namespace trainyard
