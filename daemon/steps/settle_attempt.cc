// settle: the step that decides, after the end of a train job, from the evidence whether the run gets another
// attempt or how it ends. If the attempt might still have processes, its claim is revoked first (the fence).
// Before these processes have certainly ended, nothing is decided and no other attempt begins.
#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/handover/claim.h"
#include "daemon/handover/layout.h"
#include "daemon/run/booking.h"
#include "daemon/run/verdict.h"
#include "daemon/steps/read_evidence.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

constexpr std::chrono::seconds record_due{30};

struct Fence {
  std::chrono::seconds wait{0};  // until the processes of the attempt have certainly ended
  bool unclaimed = false;        // no job ever claimed the attempt, and now none can
};

// Returns true if the attempt's files on scratch were made. If not, because the train job was never released,
// no agent can have begun, and there is no claim to revoke and no result to store.
bool is_prepared(const TrainingRun& run, const AttemptEvidence& evidence) {
  return run.attempt()->store || evidence.has_directory;
}

// Revokes the claim, so that the agent of the attempt ends its processes, and returns how long that can take.
Fence fence(UserFiles& files, const std::string& directory, const TrainingRun& run) {
  try {
    Claim claim = files.revoke_claim(directory, now());
    if (claim.job_id == 0) return {{}, true};
    // The user can have written the time in the claim, so the wait is limited to the time that an agent
    // takes.
    return {std::clamp<std::chrono::seconds>(claim.at + ended_after - now(), std::chrono::seconds(0),
                                             ended_after),
            false};
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::unavailable) throw;
    log_warning("run={} claim=unreadable {}", run.id, e.what());  // no agent can hold an unreadable claim
    return {};
  }
}

bool is_cancelled_behind_our_back(const TrainingRun& run) {
  return run.attempt()->train->end->outcome == JobOutcome::cancelled && !run.cancel_requested;
}

// Returns true if a node refused the job because another job with the same id is still on it. Then slurmd,
// which is root, cancels the job in the second in which it was to start.
bool is_refusal_of_a_node(const JobStatus& recorded) {
  constexpr std::uint32_t root = 0;
  return recorded.cancelled_by == root && recorded.started_at && recorded.ended_at &&
         *recorded.ended_at - *recorded.started_at <= std::chrono::seconds(1);
}

// Returns true while it is unknown whether a user cancelled the job. slurmdbd records this a little later.
bool is_record_awaited(const TrainingRun& run, const EndFacts& facts) {
  return is_cancelled_behind_our_back(run) && facts.unclaimed && !facts.by_nobody &&
         facts.cancelled_by.empty() && now() < *run.attempt()->train->end_known_at + record_due;
}

// How long the step is tried again while the user's files cannot be written, counted from when the end of the
// job was known.
constexpr std::chrono::minutes patience_with_files{10};

// Writes the file `settled`, which tells the store job that the run has no other attempt and the results are
// to be stored. The store job cannot know this by itself, because another attempt was possible when this one
// was launched. If the user has made the directory unusable, the run is settled anyway; at worst the results
// stay on scratch.
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

// Asks the scheduler which of the job's nodes failed, and who cancelled the job. If the scheduler does not
// answer, returns without these facts, because the run can be settled without them.
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
    evidence = read_evidence(*files, directory, run);  // the attempt might have ended by itself meanwhile
  }
  EndFacts facts = facts_of_end(run);
  facts.unclaimed = fenced.unclaimed;
  if (is_record_awaited(run, facts)) return {{}, look_again};
  facts.evidence = evidence.exit;
  facts.witness = evidence.witness();
  RunEvent verdict = judge(run, facts, now());
  // The run gets another attempt, so the store job of this attempt must not store anything.
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
