#include "daemon/run/verdict.h"

#include <fmt/format.h>

#include <cstring>

#include "daemon/run/booking.h"

namespace trainyard {
namespace {

// The most attempts of a run if they end with free causes (is_free()), such as a data set that is missing
// again and again, or jobs that never begin.
constexpr int most_free_attempts = 8;

bool is_success(const ExitEvidence& evidence) {
  return evidence.exit_code == 0 && evidence.signal == 0 && evidence.message.empty() &&
         !evidence.data_missing;
}

Cause cause_by_scheduler(const JobStatus& job) {
  switch (job.outcome) {
    case JobOutcome::cancelled:
      return Cause::cancelled;
    case JobOutcome::time_limit:
      return Cause::time_limit;
    case JobOutcome::node_failure:
      return Cause::node_failure;
    case JobOutcome::preempted:
      return Cause::preempted;
    case JobOutcome::out_of_memory:
      return Cause::out_of_memory;
    case JobOutcome::dependency_failed:
      return Cause::data;
    case JobOutcome::completed:
    case JobOutcome::failed:
    case JobOutcome::unknown:
      return Cause::lost;
  }
  return Cause::lost;
}

Cause cause_by_evidence(const ExitEvidence& evidence) {
  if (evidence.signal != 0) return Cause::signal;
  if (evidence.exit_code == exit_try_again) return evidence.warned ? Cause::time_limit : Cause::try_again;
  return Cause::exit_code;
}

// Returns true if the train job ended before an agent began, and no user ended it. A slurmctld that was
// killed forgets jobs that it had accepted, and a node refuses a job whose id another job on it still has.
bool never_began(const TrainingRun& run, const EndFacts& facts) {
  if (!facts.unclaimed || run.cancel_requested) return false;
  JobOutcome outcome = run.attempt()->train->end->outcome;
  return outcome == JobOutcome::unknown || outcome == JobOutcome::node_failure ||
         (outcome == JobOutcome::cancelled && facts.by_nobody);
}

// Returns true if, by the evidence, the program ended well before the end that Slurm records for the job:
// slurmctld had forgotten the job's end or never learned of it. Returns false if one of several nodes failed,
// because this failure can be the reason why the program ended.
bool was_over(const ExitEvidence& evidence, const JobStatus& job, int nodes) {
  bool is_symptom = job.outcome == JobOutcome::node_failure && nodes > 1;
  return !is_symptom && job.ended_at && *job.ended_at - evidence.ended_at > longest_farewell;
}

// Returns the cause of the attempt's end. If the program failed, the evidence does not tell who or what ended
// it, so a cause in the scheduler's record takes precedence.
Cause cause_of(const TrainingRun& run, const EndFacts& facts) {
  const std::optional<ExitEvidence>& evidence = facts.evidence;
  if (never_began(run, facts)) return Cause::never_began;
  const JobStatus& job = *run.attempt()->train->end;
  if (evidence && evidence->data_missing && !run.cancel_requested) return Cause::data;
  if (evidence && is_success(*evidence)) return Cause::completed;
  if (run.cancel_requested) return Cause::cancelled;
  Cause by_scheduler = cause_by_scheduler(job);
  bool is_evident =
      evidence && (by_scheduler == Cause::lost || was_over(*evidence, job, run.manifest->resources.nodes));
  return is_evident ? cause_by_evidence(*evidence) : by_scheduler;
}

std::string words_for_lost(const TrainingRun& run) {
  const JobStatus& job = *run.attempt()->train->end;
  if (run.attempt()->released_at == UtcSeconds{} && job.started_at)
    return "its job was released in Slurm, not through Trainyard, before there was anything to launch";
  if (job.outcome == JobOutcome::completed) return "the job ended without leaving evidence of a success";
  if (job.outcome == JobOutcome::failed)
    return fmt::format("the job failed before the program left evidence (exit code {}, signal {})",
                       job.exit_code, job.signal);
  return "Slurm lost the job (" + (job.state.empty() ? "no record" : job.state) + ")";
}

std::string words_for_cancelled(const TrainingRun& run, const EndFacts& facts) {
  if (run.cancel_requested) return "cancelled by " + run.cancelled_by;
  std::string by = facts.cancelled_by.empty() ? "" : " by " + facts.cancelled_by;
  return "cancelled in Slurm" + by + ", not through Trainyard";
}

std::string words_for_data(const EndFacts& facts) {
  return facts.evidence ? "the data set was not on scratch any more" : "its data set could not be staged";
}

std::string in_words(Cause cause, const TrainingRun& run, const EndFacts& facts) {
  switch (cause) {
    case Cause::completed:
      return "";
    case Cause::exit_code:
    case Cause::try_again:
      return facts.evidence->message.empty()
                 ? fmt::format("the program exited with code {}", facts.evidence->exit_code)
                 : facts.evidence->message;
    case Cause::signal:
      return fmt::format("the program was ended by signal {} ({})", facts.evidence->signal,
                         ::strsignal(facts.evidence->signal));
    case Cause::out_of_memory:
      return "out of memory: ask for more in [resources] memory";
    case Cause::time_limit:
      return "the time limit ([resources] time_limit) was reached";
    case Cause::node_failure:
      return facts.failed_nodes.empty() ? "a node failed" : "a node failed: " + facts.failed_nodes;
    case Cause::preempted:
      return "preempted by another job";
    case Cause::cancelled:
      return words_for_cancelled(run, facts);
    case Cause::data:
      return words_for_data(facts);
    case Cause::lost:
      return words_for_lost(run);
    case Cause::never_began:
      return "the job was lost before it began (" + run.attempt()->train->end->state + ")";
  }
  return "";
}

bool is_worth_another(const TrainingRun& run, Cause cause) {
  if (is_free(cause)) return !run.cancel_requested && run.attempt()->number < most_free_attempts;
  return run.manifest->retry.covers(cause) && may_be_tried_again(run);
}

Result result_of(Cause cause, const TrainingRun& run) {
  if (cause == Cause::completed) return Result::completed;
  return run.cancel_requested ? Result::cancelled : Result::failed;
}

}  // namespace

RunEvent judge(const TrainingRun& run, const EndFacts& facts, UtcSeconds at) {
  const std::optional<ExitEvidence>& evidence = facts.evidence;
  Cause cause = cause_of(run, facts);
  std::string reason = in_words(cause, run, facts);
  std::optional<UtcSeconds> last_seen_at = believed(run, facts.witness).last_seen_at;
  if (is_worth_another(run, cause)) {
    bool data_missing = cause == Cause::data && evidence.has_value();
    event::Retried retried{at, cause, reason, data_missing, facts.failed_nodes};
    retried.last_seen_at = last_seen_at;
    return retried;
  }

  event::Settled settled{at, result_of(cause, run), cause, reason};
  settled.last_seen_at = last_seen_at;
  if (evidence) {
    settled.last_lines = evidence->last_lines;
    if (evidence->signal != 0)
      settled.signal = evidence->signal;
    else
      settled.exit_code = evidence->exit_code;
  }
  return settled;
}

bool may_still_run(const JobStatus& ended_job) {
  return ended_job.outcome == JobOutcome::node_failure || ended_job.outcome == JobOutcome::unknown;
}

}  // namespace trainyard
