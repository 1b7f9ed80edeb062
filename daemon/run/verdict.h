// Verdict: what the end of a train job means. Pure. The agent's evidence decides, the scheduler's word where
// there is none: a job can run to its end and still be recorded as never started. Unknown is never success.
#pragma once
#include <optional>

#include "daemon/handover/handover.h"
#include "daemon/run/run.h"

namespace trainyard {

// Settled, or Retried where the attempt failed for no fault of the program and another is worth it.
// `evidence`: the attempt's exit.json, if there is one.
RunEvent judge(const TrainingRun& run, const std::optional<ExitEvidence>& evidence, UtcSeconds at);

}  // namespace trainyard
