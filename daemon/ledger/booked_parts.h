// When the use of a segment is booked: in the months in which its GPUs were used; but what was closed when
// the segment was written is booked at that moment. Pure.
#pragma once
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/ledger/charged_segment.h"

namespace trainyard {

// The seconds `period` of a segment, booked at one time.
struct BookedPart {
  Period period;
  UtcSeconds booked_at{};
  bool late = false;  // the month in which the GPUs were used was closed
};

// What is booked of the segment within `asked`: nothing, one part in time, one late, or both. A segment that
// ended in the second it started used nothing, but was there.
std::vector<BookedPart> booked_parts(const ChargedSegment& charged, const Period& asked);

// One part for each month that it touches, in order, without gaps.
std::vector<BookedPart> split_at_months(const BookedPart& part, MonthCalendar& calendar);

// What is booked by the part: GPUs times seconds, negative of a reversal; and of these, those in which the
// job was suspended.
std::int64_t gpu_seconds(const ChargedSegment& charged, const BookedPart& part);
std::int64_t suspended_gpu_seconds(const ChargedSegment& charged, const BookedPart& part);

}  // namespace trainyard
