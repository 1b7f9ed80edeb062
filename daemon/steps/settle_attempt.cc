// settle: what the train job's end means, from the evidence it left. An attempt that may still have processes
// is fenced first: nothing follows it, and nothing is said of it, before they have certainly ended.
#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/handover/claim.h"
#include "daemon/handover/layout.h"
#include "daemon/run/booking.h"
#include "daemon/run/verdict.h"
#include "daemon/steps/evidence.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

constexpr std::chrono::seconds record_due{30};

struct Fence {
  std::chrono::seconds wait{0};  // until its processes have certainly ended
  bool unclaimed = false;        // nobody ever held it, and now nobody can
};

// One that was never released may not be prepared: then no agent can have found it, and there is nothing to
// fence or to store.
bool is_prepared(const TrainingRun& run, const AttemptEvidence& evidence) {
  return run.attempt()->store || evidence.has_directory;
}

// Takes the attempt away from its agent.
Fence fence(UserFiles& files, const std::string& directory, const TrainingRun& run) {
  try {
    Claim claim = files.revoke_claim(directory, now());
    if (claim.job_id == 0) return {{}, true};
    // The time of the claim is the user's word: he may be waited for no longer than for an agent.
    return {std::clamp<std::chrono::seconds>(claim.at + ended_after - now(), std::chrono::seconds(0),
                                             ended_after),
            false};
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::unavailable) throw;
    log_warning("run={} claim=unreadable {}", run.id, e.what());  // no agent can hold it, then
    return {};
  }
}

bool is_cancelled_behind_our_back(const TrainingRun& run) {
  return run.attempt()->train->end->outcome == JobOutcome::cancelled && !run.cancel_requested;
}

// A node that refuses a job, because another of the same id is still there, has slurmd, which is root, cancel
// it in the second in which it was to start.
bool is_refusal_of_a_node(const JobStatus& recorded) {
  constexpr std::uint32_t root = 0;
  return recorded.cancelled_by == root && recorded.started_at && recorded.ended_at &&
         *recorded.ended_at - *recorded.started_at <= std::chrono::seconds(1);
}

// Whether by a user, slurmdbd knows, a little later.
bool is_record_awaited(const TrainingRun& run, const EndFacts& facts) {
  return is_cancelled_behind_our_back(run) && facts.unclaimed && !facts.by_nobody &&
         facts.cancelled_by.empty() && now() < *run.attempt()->train->end_known_at + record_due;
}

// How long the end of a job waits for a file of the user's that cannot be written.
constexpr std::chrono::minutes patience_with_files{10};

// The store job may hold back, because it cannot know that this attempt is the run's last: when the attempt
// was launched another could still follow, whatever a cancellation has made of that since. What the user has
// done to his directory keeps nothing from being settled: at worst his results stay where they are.
void allow_store_job(UserFiles& files, const std::string& directory, const TrainingRun& run) {
  try {
    files.write_files(directory, {}, {{layout::settled_file, format_utc(now()) + "\n"}});
  } catch (const Error& e) {
    bool may_pass = e.kind() == ErrorKind::unavailable;
    if (may_pass && now() < *run.attempt()->train->end_known_at + patience_with_files) throw;
    log_warning("run={} its store job cannot be told that the attempt is settled: {}", run.id, e.what());
  }
}

bool is_one_node(const std::string& nodes) { return nodes.find_first_of(",[") == std::string::npos; }

}  // namespace

// What the scheduler can tell of the reason. That it does not answer is no reason to wait: the rest is known.
EndFacts Steps::facts_of_end(const TrainingRun& run) {
  const RunJob& job = *run.attempt()->train;
  EndFacts facts;
  try {
    if (may_still_run(*job.end)) {
      facts.failed_nodes = reader_.failed_nodes(job.nodes);
      if (facts.failed_nodes.empty() && is_one_node(job.nodes)) facts.failed_nodes = job.nodes;
    }
    if (is_cancelled_behind_our_back(run))
      if (std::optional<JobStatus> known = reader_.history(job.key);
          known && known->phase == JobPhase::ended) {
        facts.by_nobody = !known->cancelled_by || is_refusal_of_a_node(*known);
        if (!facts.by_nobody)
          facts.cancelled_by =
              *known->cancelled_by == run.owner.uid ? run.owner.name : name_of_(*known->cancelled_by);
      }
  } catch (const Error& e) {
    log_debug("run={} more about its end: {}", run.id, e.what());
  }
  return facts;
}

RunStepResult Steps::settle(const TrainingRun& run) {
  const Attempt& attempt = *run.attempt();
  std::string directory = attempt_directory(run);
  std::unique_ptr<UserFiles> files = files_of(run);
  AttemptEvidence evidence = read_evidence(*files, directory, run);
  Fence fenced;
  bool is_claimed = evidence.claim && evidence.claim->job_id != 0;
  bool may_not_have_begun = !is_claimed && is_cancelled_behind_our_back(run);
  if (!evidence.exit && (may_still_run(*attempt.train->end) || may_not_have_begun)) {
    fenced = is_prepared(run, evidence) ? fence(*files, directory, run) : Fence{{}, true};
    if (fenced.wait.count() > 0) return {{}, fenced.wait};
    evidence = read_evidence(*files, directory, run);  // it may have ended by itself meanwhile
  }
  EndFacts facts = facts_of_end(run);
  facts.unclaimed = fenced.unclaimed;
  if (is_record_awaited(run, facts)) return {{}, look_again};
  facts.evidence = evidence.exit;
  facts.witness = evidence.witness();
  RunEvent verdict = judge(run, facts, now());
  // The attempt came to nothing: neither must its store job publish anything.
  if (std::holds_alternative<event::Retried>(verdict))
    cancel_store(run);
  else if (!is_final(facts.evidence, true) && is_prepared(run, evidence))
    allow_store_job(*files, directory, run);
  RunStepResult result;
  if (std::optional<RunEvent> change = amendment(run, facts.witness, now())) result.events.push_back(*change);
  result.events.push_back(verdict);
  return result;
}

}  // namespace trainyard
