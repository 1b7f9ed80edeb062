#include "daemon/ledger/booked_sum.h"

namespace trainyard {

UsageAmounts& UsageAmounts::operator+=(const UsageAmounts& other) {
  runs += other.runs;
  jobs += other.jobs;
  gpu_seconds += other.gpu_seconds;
  suspended_gpu_seconds += other.suspended_gpu_seconds;
  late_gpu_seconds += other.late_gpu_seconds;
  return *this;
}

UsageAmounts& UsageAmounts::operator-=(const UsageAmounts& other) {
  return *this += {-other.runs, -other.jobs, -other.gpu_seconds, -other.suspended_gpu_seconds,
                   -other.late_gpu_seconds};
}

void UsageSum::add(const ChargedSegment& charged, const BookedPart& part) {
  if (charged.run_id) runs_.insert(*charged.run_id);
  jobs_.insert(charged.segment.job);
  std::int64_t used = gpu_seconds(charged, part);
  seconds_ += {0, 0, used, suspended_gpu_seconds(charged, part), part.late ? used : 0};
}

UsageAmounts UsageSum::amounts() const {
  UsageAmounts amounts = seconds_;
  amounts.runs = std::ssize(runs_);
  amounts.jobs = std::ssize(jobs_);
  return amounts;
}

}  // namespace trainyard
