// Evidence: what the agent of an attempt left on scratch. It is the user's word: he may have written it
// himself, or put something else in its place. What makes no sense counts as absent, with a warning.
#pragma once
#include <optional>
#include <string>

#include "daemon/deputy/user_files.h"
#include "daemon/handover/handover.h"
#include "daemon/run/run.h"
#include "daemon/run/segment.h"

namespace trainyard {

// Of the run's last attempt, and of its train job only: what another job left there is not in it.
struct AttemptEvidence {
  bool has_directory = false;  // the attempt was prepared
  std::optional<Claim> claim;  // whose it is now, revoked or not
  std::optional<StartEvidence> start;
  std::optional<ExitEvidence> exit;
  std::optional<UtcSeconds> heartbeat;

  Witness witness() const { return witness_of(start, exit, heartbeat); }
};
AttemptEvidence read_evidence(UserFiles& files, const std::string& directory, const TrainingRun& run);

// Of the store job; nullopt: it left none, and another store job may.
// A directory, or a file in the place of its evidence, that the owner has made unusable is evidence of a
// failure that another store job cannot mend.
std::optional<StoreEvidence> read_store_evidence(UserFiles& files, const std::string& directory);
// Of the stage job.
std::optional<StageEvidence> read_stage_evidence(UserFiles& files, const std::string& directory);

}  // namespace trainyard
