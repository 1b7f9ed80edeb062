// collect_results: the step after the end of a store job. Reads from the job's evidence whether the results
// are in the bucket; if not, submits another store job, or ends the run without results.
#include <fmt/format.h>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"
#include "daemon/steps/credentials_wait.h"
#include "daemon/steps/read_evidence.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;

// If the results cannot be stored for this long after the end of the train job, the run ends without them.
// They stay on scratch.
constexpr std::chrono::hours given_up_after{72};

// Returns true if neither the scheduler nor the agent's evidence shows that the train job started. The
// scheduler alone is not enough, because a slurmctld that was killed can forget that a job has begun.
bool never_ran(UserFiles& files, const std::string& directory, const TrainingRun& run) {
  if (run.attempt()->train->started_at) return false;
  AttemptEvidence evidence = read_evidence(files, directory, run);
  return !evidence.start && !evidence.exit;
}

// Returns if the store accepts requests of the user again, or the reason why the run no longer waits for
// this. Throws Error{no_credentials} while the run waits.
std::optional<std::string> wait_for_keys_of_results(UserFiles& files, const TrainingRun& run,
                                                    const Stores& stores) {
  const StoreAccess store = access_to(stores, run.manifest->results_store, run.scratch.path);
  try {
    wait_for_credentials(files, run.manifest->results_target, store, *run.attempt()->store->end_known_at);
    return std::nullopt;
  } catch (const StepFailure& e) {
    return e.what();
  }
}

// Returns the reason why no other store job is submitted after one that failed for the reason `failure`;
// nullopt: another one is due. Throws Error{no_credentials} if the run has to wait for the user's keys.
std::optional<std::string> reason_to_give_up(UserFiles& files, const TrainingRun& run,
                                             const std::optional<StoreEvidence>& evidence,
                                             const std::string& failure, const Stores& stores) {
  if (run.store_cancel_requested) return "cancelled by " + run.cancelled_by;
  if (evidence && evidence->waits_for_credentials) return wait_for_keys_of_results(files, run, stores);
  if (now() > *run.attempt()->train->end_known_at + given_up_after)
    return fmt::format("{} (tried for {} hours)", failure, given_up_after.count());
  if (evidence && !evidence->try_again) return failure;
  return std::nullopt;
}

}  // namespace

RunStepResult Steps::collect_results(const TrainingRun& run, Doubt doubt) {
  const Attempt& attempt = *run.attempt();
  const JobStatus& job = *attempt.store->end;
  std::string directory = attempt_directory(run);
  std::unique_ptr<UserFiles> files = files_of(run);
  std::optional<StoreEvidence> evidence = read_store_evidence(*files, directory);
  if (evidence && evidence->ok) return {{event::Stored{now(), evidence->objects, evidence->size_bytes}}, {}};
  if (never_ran(*files, directory, run))
    return {{event::Stored{now(), 0, 0}}, {}};  // nothing to store, because the attempt never ran

  const std::string reason = evidence ? evidence->message
                                      : fmt::format("the store job ended without evidence ({}); see {}",
                                                    job.state, join_path(directory, layout::store_job_log));
  if (const auto given_up = reason_to_give_up(*files, run, evidence, reason, site_.stores))
    return {{event::Failed{now(), fmt::format("the results could not be stored: {}; they remain in {}",
                                              *given_up, join_path(directory, layout::results_folder))}},
            {}};

  // Between two store jobs the results stay on scratch and the run stays `storing`. A store job whose
  // dependency failed, as in an array after a failed training, has not tried to store, so the next one is
  // submitted without a delay.
  bool was_tried = job.outcome != JobOutcome::dependency_failed;
  UtcSeconds due = *attempt.store->end_known_at + (was_tried ? delay_after(attempt.store_tries) : 0s);
  if (now() < due) return {{}, due - now()};
  Token token = token_of(site_.ledger_id, run.id, attempt.number, JobRole::store);
  std::optional<JobKey> next;
  if (doubt)
    for (const auto& [task, job] : find_submitted(token, run.owner.uid, {Task()}, attempt.admitted_at))
      if (job != attempt.store->key) next = job;
  if (!next) next = submit_and_confirm(store_job(site_, run)).key;
  return {{event::StoreRetried{now(), reason, *next}}, {}};
}

}  // namespace trainyard
