// What booked parts of segments add up to. Pure.
#pragma once
#include <cstdint>
#include <set>

#include "daemon/ledger/booked_parts.h"

namespace trainyard {

struct UsageAmounts {
  std::int64_t runs = 0;                   // distinct ones; staging a data set belongs to no run
  std::int64_t jobs = 0;                   // distinct ones
  std::int64_t gpu_seconds = 0;            // occupied, late ones included
  std::int64_t suspended_gpu_seconds = 0;  // of these: the job was suspended
  std::int64_t late_gpu_seconds =
      0;  // of these: of months closed before; negative where too much was charged

  UsageAmounts& operator+=(const UsageAmounts& other);
  UsageAmounts& operator-=(const UsageAmounts& other);
  bool operator==(const UsageAmounts&) const = default;
};

// Runs and jobs count once, however many segments they have.
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
