// Evidence: the files on scratch in which the agent of an attempt recorded what it did. The user can have
// written or replaced these files, so they are not proof. A malformed file counts as missing, and a warning
// is logged.
#pragma once
#include <optional>
#include <string>

#include "daemon/deputy/user_files.h"
#include "daemon/handover/handover.h"
#include "daemon/run/run.h"
#include "daemon/run/segment.h"

namespace trainyard {

// The evidence of the train job of a run's last attempt. Files start.json and exit.json that another job
// wrote are ignored.
struct AttemptEvidence {
  bool has_directory = false;  // the directory exists: the attempt was prepared
  std::optional<Claim> claim;  // the claim in force: of a job, or revoked
  std::optional<StartEvidence> start;
  std::optional<ExitEvidence> exit;
  std::optional<UtcSeconds> heartbeat;

  Witness witness() const { return witness_of(start, exit, heartbeat); }
};
AttemptEvidence read_evidence(UserFiles& files, const std::string& directory, const TrainingRun& run);

// Reads the evidence of the store job; nullopt if there is none, but another store job could write some. If
// the owner has made the directory or the evidence file unusable, returns StoreEvidence of a failure after
// which no other store job is tried.
std::optional<StoreEvidence> read_store_evidence(UserFiles& files, const std::string& directory);
// Reads the evidence of the stage job; nullopt: there is none.
std::optional<StageEvidence> read_stage_evidence(UserFiles& files, const std::string& directory);

}  // namespace trainyard
