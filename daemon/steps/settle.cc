// settle: what the train job's end means, from the evidence it left. An attempt that may still have processes
// is fenced first: nothing follows it, and nothing is said of it, before they have certainly ended.
#include <algorithm>

#include "daemon/base/as_user.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/handover/claim.h"
#include "daemon/handover/layout.h"
#include "daemon/run/verdict.h"
#include "daemon/steps/evidence.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

// Takes the attempt away from its agent; how long it is until that has certainly ended its processes.
std::chrono::seconds fence(const std::string& directory, const TrainingRun& run) {
  AsUser user(run.owner.uid);
  try {
    Claim claim = revoke_claim(directory, now());
    if (claim.job_id == 0) return std::chrono::seconds(0);  // nobody ever held it, and now nobody can
    return std::max(std::chrono::seconds(0), claim.at + ended_after - now());
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::unavailable) throw;
    log_warning("run={} claim=unreadable {}", run.id, e.what());  // no agent can hold it, then
    return std::chrono::seconds(0);
  }
}

// The store job may hold back, because it cannot know that this attempt is the run's last: when the attempt
// was launched another could still follow, whatever a cancellation has made of that since.
void let_store(const std::string& directory, const TrainingRun& run) {
  AsUser user(run.owner.uid);
  write_atomically(join_path(directory, layout::settled_file), format_utc(now()) + "\n");
}

bool is_one_node(const std::string& nodes) { return nodes.find_first_of(",[") == std::string::npos; }

}  // namespace

// What the scheduler can tell of the reason. That it does not answer is no reason to wait: the rest is known.
EndFacts Steps::facts_of_end(const TrainingRun& run) {
  const RunJob& job = *run.attempt()->train;
  EndFacts facts;
  try {
    if (may_still_run(*job.end)) {
      facts.failed_nodes = scheduler_.failed_nodes(job.nodes);
      if (facts.failed_nodes.empty() && is_one_node(job.nodes)) facts.failed_nodes = job.nodes;
    }
    if (job.end->outcome == JobOutcome::cancelled && !run.cancel_requested)
      if (std::optional<JobStatus> known = scheduler_.history(job.key); known && known->cancelled_by)
        facts.cancelled_by = user_of(*known->cancelled_by).name;
  } catch (const Error& e) {
    log_debug("run={} more about its end: {}", run.id, e.what());
  }
  return facts;
}

RunStepResult Steps::settle(const TrainingRun& run) {
  const Attempt& attempt = *run.attempt();
  std::string directory = layout::attempt_directory(site_.scratch, run.id, attempt.number);
  AttemptEvidence evidence = read_evidence(directory, run);
  if (!evidence.exit && may_still_run(*attempt.train->end)) {
    if (auto wait = fence(directory, run); wait.count() > 0) return {{}, wait};
    evidence = read_evidence(directory, run);  // it may have ended by itself meanwhile
  }
  EndFacts facts = facts_of_end(run);
  facts.evidence = evidence.exit;
  facts.witness = evidence.witness();
  RunEvent verdict = judge(run, facts, now());
  // The attempt came to nothing: neither must its store job publish anything.
  if (std::holds_alternative<event::Retried>(verdict))
    cancel_store(run);
  else if (!is_final(facts.evidence, true))
    let_store(directory, run);
  return {verdict, {}};
}

void Steps::cancel_store(const TrainingRun& run) {
  const Attempt& attempt = *run.attempt();
  if (attempt.store && !attempt.store->end)
    cancel_if_there(attempt.store->key, token_of(site_.ledger_id, run.id, attempt.number, JobRole::store));
}

}  // namespace trainyard
