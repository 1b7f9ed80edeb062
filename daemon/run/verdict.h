// Verdict: decides, after the end of a train job, whether the run gets another attempt or is completed,
// failed or cancelled. Pure functions. The agent's evidence decides whether the program succeeded, because a
// job can run to its end and still be recorded as never started. Without evidence the scheduler's record
// decides. An unknown end is never a success.
#pragma once
#include <optional>
#include <string>

#include "daemon/handover/handover.h"
#include "daemon/run/run.h"

namespace trainyard {

// What is known of the end of the train job in addition to the scheduler's record (RunJob::end).
struct EndFacts {
  std::optional<ExitEvidence> evidence;  // the attempt's exit.json
  Witness witness;           // the job's times by the agent's evidence; changes no charge here (booking.h)
  std::string failed_nodes;  // nodes of the job that are down: "n1,n3"
  std::string cancelled_by;  // the user who cancelled the job in the scheduler; empty: unknown
  bool by_nobody = false;    // by the scheduler's record, no user cancelled the job
  bool unclaimed = false;    // no agent ever claimed the attempt, and none can claim it any more
};

// Returns event::Retried if the run is to have another attempt: [retry] allows it, the data set was missing,
// or the job never began. Returns event::Settled otherwise.
RunEvent judge(const TrainingRun& run, const EndFacts& facts, UtcSeconds at);

// Returns true if a job with this end can still have processes: its node might only be cut off from the
// network, or its outcome is unknown.
bool may_still_run(const JobStatus& ended_job);

}  // namespace trainyard
