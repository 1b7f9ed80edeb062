// settle: what the train job's end means, from the evidence it left.
#include "daemon/base/as_user.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/handover/layout.h"
#include "daemon/run/verdict.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

// The directory is the user's: whatever stands in it must not stop the run from being settled.
std::optional<ExitEvidence> read_evidence(const std::string& directory, const TrainingRun& run) {
  AsUser user(run.owner.uid);
  std::string path = join_path(directory, layout::exit_file);
  try {
    std::optional<std::string> text = read_file_if_there(path, 1 << 20);
    if (!text) return std::nullopt;
    ExitEvidence evidence = exit_evidence_from_json(parse_json(*text, path));
    if (evidence.claim.job_id == run.attempt()->train->key.job_id) return evidence;
  } catch (const Error& e) {
    log_warning("run={} evidence=unreadable {}", run.id, e.what());
  }
  return std::nullopt;
}

}  // namespace

RunEvent Steps::settle(const TrainingRun& run) {
  const Attempt& attempt = *run.attempt();
  std::string directory = layout::attempt_directory(site_.scratch, run.id, attempt.number);
  RunEvent verdict = judge(run, read_evidence(directory, run), now());
  // The attempt came to nothing: neither must its store job publish anything.
  if (std::holds_alternative<event::Retried>(verdict) && attempt.store && !attempt.store->end) {
    try {
      scheduler_.cancel(attempt.store->key,
                        token_of(site_.ledger_id, run.id, attempt.number, JobRole::store));
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::not_found) throw;
    }
  }
  return verdict;
}

}  // namespace trainyard
