#include "daemon/driver/stray_jobs.h"

#include <set>

#include "daemon/base/log.h"

namespace trainyard {
namespace {

// A younger job may be one whose submission is being recorded.
constexpr std::chrono::seconds stray_age{30};

}  // namespace

// There hardly ever is one, and gathering what every entity expects takes long: only when there may be.
void StrayJobs::cancel(const Snapshot& snapshot, std::int64_t poll) {
  const std::vector<JobStatus> possible = snapshot.without_entity(poll, now() - stray_age);
  if (possible.empty()) return;
  for (const auto& [key, stray] : strays_among(possible)) cancel(key, stray);
}

// By the key under which they are cancelled: an array none of whose tasks has an entity is cancelled as one.
std::map<JobKey, JobStatus> StrayJobs::strays_among(const std::vector<JobStatus>& possible) {
  std::set<JobKey> expected, arrays;  // arrays: a task of which is expected
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

// One that cannot be cancelled is seen again by the next poll.
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
