// Snapshot: the status of our jobs, as the scheduler showed them in the last poll that found a change. Made
// in any thread, then used on the loop.
#pragma once
#include <cstdint>
#include <functional>
#include <unordered_set>
#include <vector>

#include "plugins/scheduler.h"

namespace trainyard {

class Snapshot {
 public:
  Snapshot() = default;
  explicit Snapshot(std::vector<JobStatus> jobs);

  const JobStatus* find(const JobKey& job) const;  // null: the scheduler does not show it

  // Does the same as find(), and also marks the job as one of a live entity, for the poll with this number.
  const JobStatus* find_for_entity(const JobKey& job, std::int64_t poll);

  // Returns the jobs that have not ended, were submitted before `until`, and were not marked by
  // find_for_entity() for this poll.
  std::vector<JobStatus> without_entity(std::int64_t poll, UtcSeconds until) const;
  // Calls `each` with every job that has ended and was not marked by find_for_entity() for this poll.
  void each_ended_without_entity(std::int64_t poll, const std::function<void(const JobStatus&)>& each) const;

 private:
  struct ShownJob {
    JobStatus status;
    mutable std::int64_t has_entity_in_poll = 0;  // number of the last poll for which it was marked
  };
  struct ByKey {  // hashes and compares jobs by their keys, so that a key finds its job
    using is_transparent = void;
    static const JobKey& key(const JobKey& job) { return job; }
    static const JobKey& key(const ShownJob& job) { return job.status.key; }
    std::size_t operator()(const auto& job) const { return JobKeyHash()(key(job)); }
    bool operator()(const auto& one, const auto& other) const { return key(one) == key(other); }
  };
  std::unordered_set<ShownJob, ByKey, ByKey> jobs_;
};

}  // namespace trainyard
