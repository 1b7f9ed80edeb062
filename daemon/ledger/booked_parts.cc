#include "daemon/ledger/booked_parts.h"

#include <algorithm>

namespace trainyard {
namespace {

bool is_within(UtcSeconds time, const Period& period) { return period.since <= time && time < period.until; }

std::int64_t overlap(const Period& a, const Period& b) {
  return std::max<std::int64_t>(0, (std::min(a.until, b.until) - std::max(a.since, b.since)).count());
}

std::int64_t signed_gpus(const ChargedSegment& charged) {
  return charged.kind == EntryKind::reversal ? -charged.segment.gpus : charged.segment.gpus;
}

// Returns the part of the segment that lies in `asked` and in months that were not closed when the segment
// was written.
std::optional<BookedPart> part_in_time(const ChargedSegment& charged, const Period& asked) {
  const Segment& segment = charged.segment;
  UtcSeconds begin = std::max(segment.started_at, charged.closed_until);
  if (segment.started_at == segment.ended_at)
    return begin == segment.started_at && is_within(begin, asked)
               ? std::optional(BookedPart{{begin, begin}, begin})
               : std::nullopt;
  Period part{std::max(begin, asked.since), std::min(segment.ended_at, asked.until)};
  return part.since < part.until ? std::optional(BookedPart{part, part.since}) : std::nullopt;
}

// Returns the part of the segment in months that were already closed when the segment was written, if it was
// written within `asked`.
std::optional<BookedPart> late_part(const ChargedSegment& charged, const Period& asked) {
  const Segment& segment = charged.segment;
  if (segment.started_at >= charged.closed_until || !is_within(charged.written_at, asked))
    return std::nullopt;
  Period part{segment.started_at, std::min(segment.ended_at, charged.closed_until)};
  return BookedPart{part, charged.written_at, true};
}

}  // namespace

std::vector<BookedPart> booked_parts(const ChargedSegment& charged, const Period& asked) {
  std::vector<BookedPart> parts;
  for (const std::optional<BookedPart>& part : {part_in_time(charged, asked), late_part(charged, asked)})
    if (part) parts.push_back(*part);
  return parts;
}

std::vector<BookedPart> split_at_months(const BookedPart& part, MonthCalendar& calendar) {
  if (part.late) return {part};
  std::vector<BookedPart> pieces;
  UtcSeconds from = part.period.since;
  do {
    UtcSeconds month_end = calendar.month_with(from).period.until;
    pieces.push_back({{from, std::min(month_end, part.period.until)}, from});
    from = month_end;
  } while (from < part.period.until);
  return pieces;
}

std::int64_t gpu_seconds(const ChargedSegment& charged, const BookedPart& part) {
  return signed_gpus(charged) * overlap(part.period, part.period);
}

std::int64_t suspended_gpu_seconds(const ChargedSegment& charged, const BookedPart& part) {
  std::int64_t seconds = 0;
  for (const Period& suspended : charged.segment.suspended) seconds += overlap(part.period, suspended);
  return signed_gpus(charged) * seconds;
}

}  // namespace trainyard
