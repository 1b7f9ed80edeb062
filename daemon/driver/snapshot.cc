#include "daemon/driver/snapshot.h"

#include <utility>

namespace trainyard {

Snapshot::Snapshot(std::vector<JobStatus> jobs) {
  jobs_.reserve(jobs.size());
  for (JobStatus& job : jobs) jobs_.insert(ShownJob{std::move(job)});
}

const JobStatus* Snapshot::find(const JobKey& job) const {
  auto shown = jobs_.find(job);
  return shown == jobs_.end() ? nullptr : &shown->status;
}

const JobStatus* Snapshot::find_for_entity(const JobKey& job, std::int64_t poll) {
  auto shown = jobs_.find(job);
  if (shown == jobs_.end()) return nullptr;
  shown->has_entity_in_poll = poll;
  return &shown->status;
}

std::vector<JobStatus> Snapshot::without_entity(std::int64_t poll, UtcSeconds until) const {
  std::vector<JobStatus> jobs;
  for (const ShownJob& shown : jobs_)
    if (shown.has_entity_in_poll != poll && shown.status.phase != JobPhase::ended &&
        shown.status.key.submitted_at < until)
      jobs.push_back(shown.status);
  return jobs;
}

void Snapshot::each_ended_without_entity(std::int64_t poll,
                                         const std::function<void(const JobStatus&)>& each) const {
  for (const ShownJob& shown : jobs_)
    if (shown.has_entity_in_poll != poll && shown.status.phase == JobPhase::ended) each(shown.status);
}

}  // namespace trainyard
