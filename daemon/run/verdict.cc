#include "daemon/run/verdict.h"

#include <fmt/format.h>

#include <cstring>

namespace trainyard {
namespace {

// A program is not run again by itself; an attempt that never got its data is.
constexpr int max_attempts = 8;

std::string by_scheduler(const JobStatus& job) {
  switch (job.outcome) {
    case JobOutcome::completed:
      return "the job ended without leaving evidence of a success";
    case JobOutcome::failed:
      return fmt::format("the job failed before the program left evidence (exit code {}, signal {})",
                         job.exit_code, job.signal);
    case JobOutcome::cancelled:
      return "cancelled in Slurm, not through Trainyard";
    case JobOutcome::time_limit:
      return "the time limit ([resources] time_limit) was reached";
    case JobOutcome::node_failure:
      return "a node failed";
    case JobOutcome::preempted:
      return "preempted by another job";
    case JobOutcome::out_of_memory:
      return "out of memory: ask for more in [resources] memory";
    case JobOutcome::dependency_failed:
      return "its data set could not be staged";
    case JobOutcome::unknown:
      return "Slurm lost the job (" + (job.state.empty() ? "no record" : job.state) + ")";
  }
  return "unknown";
}

std::string by_evidence(const ExitEvidence& evidence) {
  if (!evidence.message.empty()) return evidence.message;
  if (evidence.signal != 0)
    return fmt::format("the program was ended by signal {} ({})", evidence.signal,
                       ::strsignal(evidence.signal));
  return fmt::format("the program exited with code {}", evidence.exit_code);
}

// What the program's own end cannot tell: who or what made it end.
bool scheduler_ended_it(JobOutcome outcome) {
  return outcome == JobOutcome::time_limit || outcome == JobOutcome::out_of_memory ||
         outcome == JobOutcome::preempted || outcome == JobOutcome::node_failure;
}

}  // namespace

RunEvent judge(const TrainingRun& run, const std::optional<ExitEvidence>& evidence, UtcSeconds at) {
  const JobStatus& job = *run.attempt()->train->end;
  std::optional<Segment> segment = segment_of_job(job);
  bool worth_another = !run.cancel_requested && run.attempt()->number < max_attempts;
  if (evidence && evidence->data_missing && worth_another)
    return event::Retried{at, "the data set was not on scratch any more", true, segment};
  if (job.outcome == JobOutcome::dependency_failed && worth_another)
    return event::Retried{at, "its data set could not be staged", false, segment};

  event::Settled settled{at, Result::failed, "", {}, {}, {}, segment};
  if (evidence) {
    settled.last_lines = evidence->last_lines;
    if (evidence->signal != 0)
      settled.signal = evidence->signal;
    else
      settled.exit_code = evidence->exit_code;
    if (evidence->exit_code == 0 && evidence->signal == 0 && evidence->message.empty() &&
        !evidence->data_missing) {
      settled.result = Result::completed;
      return settled;
    }
  }
  if (run.cancel_requested) {
    settled.result = Result::cancelled;
    settled.reason = "cancelled by " + run.cancelled_by;
  } else if (evidence && !scheduler_ended_it(job.outcome)) {
    settled.reason = job.outcome == JobOutcome::cancelled ? by_scheduler(job) : by_evidence(*evidence);
  } else {
    settled.reason = by_scheduler(job);
  }
  return settled;
}

}  // namespace trainyard
