// collect: the store job has ended; its evidence says whether the results are in the bucket.
#include <fmt/format.h>

#include "daemon/base/as_user.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"
#include "daemon/steps/evidence.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

std::optional<StoreEvidence> read_evidence(const std::string& directory, const Owner& owner) {
  AsUser user(owner.uid);
  std::string path = join_path(directory, layout::stored_file);
  try {
    std::optional<std::string> text = read_file_if_there(path, 1 << 20);
    return text ? std::optional(store_evidence_from_json(parse_json(*text, path))) : std::nullopt;
  } catch (const Error& e) {
    return StoreEvidence{false, true, e.what(), 0, 0, {}};
  }
}

using namespace std::chrono_literals;

// By the scheduler's word and by the agent's: a slurmctld that was killed forgets that a job has begun.
bool never_ran(const std::string& directory, const TrainingRun& run) {
  if (run.attempt()->train->started_at) return false;
  AttemptEvidence evidence = read_evidence(directory, run);
  return !evidence.start && !evidence.exit;
}

}  // namespace

RunStepResult Steps::collect(const TrainingRun& run, Doubt doubt) {
  const Attempt& attempt = *run.attempt();
  const JobStatus& job = *attempt.store->end;
  std::string directory = layout::attempt_directory(site_.scratch, run.id, attempt.number);
  std::optional<StoreEvidence> evidence = read_evidence(directory, run.owner);
  if (evidence && evidence->ok) return {{event::Stored{now(), evidence->objects, evidence->size_bytes}}, {}};
  if (never_ran(directory, run)) return {{event::Stored{now(), 0, 0}}, {}};  // and so left nothing to store

  std::string reason = evidence ? evidence->message
                                : fmt::format("the store job ended without evidence ({}); see {}", job.state,
                                              join_path(directory, layout::store_job_log));
  if (evidence && !evidence->try_again)
    return {{event::Failed{now(), fmt::format("the results could not be stored: {}; they remain in {}",
                                              reason, join_path(directory, layout::results_folder))}},
            {}};

  // The results wait on scratch, and the run stays `storing`, however long the store is away.
  // A task of an array that could not follow its failed training has not been tried yet.
  bool was_tried = job.outcome != JobOutcome::dependency_failed;
  UtcSeconds due = *attempt.store->end_known_at + (was_tried ? delay_after(attempt.store_tries) : 0s);
  if (now() < due) return {{}, due - now()};
  Token token = token_of(site_.ledger_id, run.id, attempt.number, JobRole::store);
  std::optional<JobKey> next;
  if (doubt)
    for (const JobStatus& other : scheduler_.find(token, run.owner.uid))
      if (other.phase != JobPhase::ended) next = other.key;
  if (!next) next = scheduler_.submit(store_job(site_, run));
  return {{event::StoreRetried{now(), reason, *next}}, {}};
}

}  // namespace trainyard
