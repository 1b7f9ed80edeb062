#include "daemon/driver/stray_jobs.h"

#include <set>

#include "daemon/base/log.h"

namespace trainyard {
namespace {

// A stray job is at least this old. The submission of a younger job might not be recorded yet.
constexpr std::chrono::seconds stray_age{30};

}  // namespace

// Collects the jobs of all entities only if the snapshot has a job without an entity, because that is rare
// and collecting takes long.
void StrayJobs::cancel(const Snapshot& snapshot, std::int64_t poll) {
  const std::vector<JobStatus> possible = snapshot.without_entity(poll, now() - stray_age);
  if (possible.empty()) return;
  for (const auto& [key, stray] : strays_among(possible)) cancel(key, stray);
}

// Returns the stray jobs by the keys with which they are cancelled. If no task of a job array belongs to an
// entity, the whole array is cancelled, with the array's key.
std::map<JobKey, JobStatus> StrayJobs::strays_among(const std::vector<JobStatus>& possible) {
  std::set<JobKey> expected, arrays;  // arrays: those with an expected task
  std::set<Token> awaited;
  entities_.each([&](const LiveEntity& live) {
    for (const EntityJob& job : live.jobs()) {
      expected.insert(job.key);
      if (job.key.task) arrays.insert(array_of(job.key));
    }
    if (live.busy || live.changes_pending > 0 || live.circumstances.doubt)
      for (Token& token : live.awaited_tokens(steps_.site().ledger_id)) awaited.insert(std::move(token));
  });
  std::map<JobKey, JobStatus> strays;
  for (const JobStatus& job : possible) {
    if (expected.contains(job.key) || awaited.contains(job.token)) continue;
    strays.emplace(arrays.contains(array_of(job.key)) ? job.key : array_of(job.key), job);
  }
  return strays;
}

// Cancels a stray job by its owner's deputy. If this fails, the next poll shows the job once more, and it is
// cancelled then.
void StrayJobs::cancel(const JobKey& key, const JobStatus& stray) {
  log_warning("event=stray_cancelled job={} token={} uid={}", to_string(key), stray.token, stray.uid);
  lanes_.run(
      lane_key(stray.uid, StepLane::jobs),
      [this, key, token = stray.token, uid = stray.uid] {
        steps_.cancel_stray(uid, key, token);
        return true;
      },
      [](bool) {}, [](std::exception_ptr) {});
}

}  // namespace trainyard
