// Adds up booked parts of segments: runs, jobs and GPU-seconds. Has no effect outside its objects.
#pragma once
#include <cstdint>
#include <set>

#include "daemon/ledger/booked_parts.h"

namespace trainyard {

struct UsageAmounts {
  std::int64_t runs = 0;                   // distinct runs; the staging of a data set belongs to no run
  std::int64_t jobs = 0;                   // distinct jobs
  std::int64_t gpu_seconds = 0;            // occupied, late ones included
  std::int64_t suspended_gpu_seconds = 0;  // the part of gpu_seconds in which the job was suspended
  // The part of gpu_seconds that was booked late, because its month was closed; negative if it takes back too
  // high a charge.
  std::int64_t late_gpu_seconds = 0;

  UsageAmounts& operator+=(const UsageAmounts& other);
  UsageAmounts& operator-=(const UsageAmounts& other);
  bool operator==(const UsageAmounts&) const = default;
};

// Adds up booked parts. Each run and each job counts once, however many segments it has.
class UsageSum {
 public:
  void add(const ChargedSegment& charged, const BookedPart& part);
  UsageAmounts amounts() const;

 private:
  std::set<std::int64_t> runs_;
  std::set<JobKey> jobs_;
  UsageAmounts seconds_;
};

}  // namespace trainyard
