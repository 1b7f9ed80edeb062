#include "daemon/driver/missing_jobs.h"

#include <algorithm>

namespace trainyard {
namespace {

constexpr const char* lane_of_accounting = "accounting";

// Makes the status of a job whose end neither the scheduler nor its accounting database knows. `known`: the
// accounting database's record of the job, without an end; null: it has none.
JobStatus lost_job(const LiveEntity& live, const EntityJob& job, const std::string& ledger_id,
                   const JobStatus* known) {
  JobStatus lost;
  lost.key = job.key;
  lost.token = live.token_of_job(job.role, ledger_id);
  lost.uid = live.owner().uid;
  lost.phase = JobPhase::ended;
  lost.state = "no longer known to Slurm";
  if (known != nullptr) lost.started_at = known->started_at;
  return lost;
}

}  // namespace

void MissingJobs::note(LiveEntity& live, const EntityJob& job) {
  if (!live.missing_since) live.missing_since = now();
  noted_.push_back({live.id(), job});
}

void MissingJobs::look_up() {
  std::vector<Missing> asked = std::exchange(noted_, {});
  if (asked.empty() || is_asking_) return;
  is_asking_ = true;
  std::vector<JobKey> keys;
  for (const Missing& missing : asked) keys.push_back(missing.job.key);
  lanes_.run(
      lane_of_accounting, [this, keys = std::move(keys)] { return steps_.reader().history_of(keys); },
      [this, asked = std::move(asked)](const Known& known) {
        is_asking_ = false;
        answer(asked, known);
      },
      [this](std::exception_ptr error) {
        is_asking_ = false;
        trouble_.note(failure_of(error).reason);
      });
}

void MissingJobs::answer(const std::vector<Missing>& asked, const Known& known) {
  for (const Missing& missing : asked) {
    auto found = known.find(missing.job.key);
    judge(missing, found == known.end() ? nullptr : &found->second);
  }
}

// Returns true if the daemon still does not know the job's end. Returns false while a change of the entity is
// being recorded, because that change might be the end of the job.
bool MissingJobs::is_still_missing(const Missing& missing) {
  const LiveEntity* live = entities_.find(missing.entity);
  if (live == nullptr || live->changes_pending > 0) return false;
  return std::ranges::any_of(
      live->jobs(), [&](const EntityJob& job) { return job.key == missing.job.key && !job.has_ended; });
}

// Decides whether a missing job has ended. `known`: the accounting database's record of the job; if it has an
// end, that is used. A stage or store job without a recorded end counts as lost at once, because it leaves
// evidence of its own and can be repeated. A train job must be missing for twice the message timeout, and its
// owner's deputy must confirm that it is gone.
void MissingJobs::judge(const Missing& missing, const JobStatus* known) {
  if (!is_still_missing(missing)) return;
  const LiveEntity& live = *entities_.find(missing.entity);
  if (known != nullptr && known->phase == JobPhase::ended)
    return ended_(missing.entity, missing.job.role, *known);
  JobStatus if_lost = lost_job(live, missing.job, steps_.site().ledger_id, known);
  if (missing.job.role != JobRole::train) return ended_(missing.entity, missing.job.role, if_lost);
  if (live.missing_since && now() >= *live.missing_since + 2 * steps_.reader().message_timeout())
    ask_owner(missing, if_lost);
}

// Has the owner's deputy confirm that the scheduler does not have the job, because Slurm always shows a job
// to its owner, but not always to other users.
void MissingJobs::ask_owner(const Missing& missing, const JobStatus& if_lost) {
  if (!asked_owner_.insert(missing.job.key).second) return;
  lanes_.run(
      lane_key(if_lost.uid, StepLane::jobs),
      [this, if_lost, admitted_at = missing.job.admitted_at] { return steps_.is_gone(if_lost, admitted_at); },
      [this, missing, if_lost](bool is_gone) {
        asked_owner_.erase(missing.job.key);
        if (is_gone && is_still_missing(missing)) ended_(missing.entity, missing.job.role, if_lost);
      },
      [this, job = missing.job.key](std::exception_ptr error) {
        asked_owner_.erase(job);
        trouble_.note(failure_of(error).reason);
      });
}

}  // namespace trainyard
