// Verdict: what the end of a train job means. Pure. The agent's evidence decides, the scheduler's word where
// there is none: a job can run to its end and still be recorded as never started. Unknown is never success.
#pragma once
#include <optional>
#include <string>

#include "daemon/handover/handover.h"
#include "daemon/run/run.h"

namespace trainyard {

// What is known beside the scheduler's word on the job's end.
struct EndFacts {
  std::optional<ExitEvidence> evidence;  // the attempt's exit.json
  Witness witness;           // what it says of the job's times; changes no charge here, see booking.h
  std::string failed_nodes;  // of the job's, those that are down: "n1,n3"
  std::string cancelled_by;  // who ended the job in the scheduler, where that is known
  bool by_nobody = false;    // the scheduler has on record that it was no user
  bool unclaimed = false;    // no agent ever took the attempt, and now none can
};

// Settled; or Retried where [retry], missing data, or a job that never began make another attempt worth it.
RunEvent judge(const TrainingRun& run, const EndFacts& facts, UtcSeconds at);

// Whether a job that ended so can still have processes: its node may be cut off, or nobody knows.
bool may_still_run(const JobStatus& ended_job);

}  // namespace trainyard
