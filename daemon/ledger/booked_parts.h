// Booked parts: splits a segment of usage by the time at which it is booked. Usage is booked in the month in
// which the GPUs were used. If that month was already closed when the segment was written, the usage is
// booked at the time of writing instead (late). Pure functions.
#pragma once
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/ledger/charged_segment.h"

namespace trainyard {

// The part of a segment that lies in `period` and is booked at one time.
struct BookedPart {
  Period period;
  UtcSeconds booked_at{};
  bool late = false;  // the month in which the GPUs were used was already closed
};

// Returns the parts of the segment that are booked within `asked`: none, one in time, one late, or both. A
// segment that ended in the second in which it started used nothing, but still has a part.
std::vector<BookedPart> booked_parts(const ChargedSegment& charged, const Period& asked);

// Splits a part into one part for each month that it touches, in order, without gaps. A late part stays
// whole.
std::vector<BookedPart> split_at_months(const BookedPart& part, MonthCalendar& calendar);

// Return the GPU-seconds that the part books, and how many of them the job was suspended. Both are negative
// for a reversal.
std::int64_t gpu_seconds(const ChargedSegment& charged, const BookedPart& part);
std::int64_t suspended_gpu_seconds(const ChargedSegment& charged, const BookedPart& part);

}  // namespace trainyard
