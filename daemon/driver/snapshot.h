// Snapshot: our jobs as the last poll that brought news shows them. Made in any thread, then on the loop.
#pragma once
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "plugins/scheduler.h"

namespace trainyard {

class Snapshot {
 public:
  Snapshot() = default;
  explicit Snapshot(std::vector<JobStatus> jobs);

  const JobStatus* find(const JobKey& job) const;  // null: it is not shown

  // The same, and notes that after this poll the job is one of an entity that lives.
  const JobStatus* find_for_entity(const JobKey& job, std::int64_t poll);

  // The jobs that are not over, were submitted before `until`, and are those of no entity after this poll.
  std::vector<JobStatus> without_entity(std::int64_t poll, UtcSeconds until) const;

 private:
  struct ShownJob {
    JobStatus status;
    mutable std::int64_t has_entity_in_poll = 0;  // the number of that poll
  };
  struct ByKey {  // hashes and compares a job and a key alike
    using is_transparent = void;
    static const JobKey& key(const JobKey& job) { return job; }
    static const JobKey& key(const ShownJob& job) { return job.status.key; }
    std::size_t operator()(const auto& job) const { return JobKeyHash()(key(job)); }
    bool operator()(const auto& one, const auto& other) const { return key(one) == key(other); }
  };
  std::unordered_set<ShownJob, ByKey, ByKey> jobs_;
};

}  // namespace trainyard
