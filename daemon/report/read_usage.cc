#include "daemon/report/read_usage.h"

#include <algorithm>
#include <iterator>

namespace trainyard {
namespace {

// The months of a query's period: those that the period touches, and those that lie completely in the period.
struct AskedMonths {
  MonthSpan touched;
  MonthRange whole;
  Period whole_period;
};

// Returns the months of the query's period; nullopt: no month lies completely in the period. If all usage was
// booked before the end of the period, the month of the last booking counts as lying completely in the
// period.
std::optional<AskedMonths> months_of(const UsageQuery& query, UtcSeconds last_booking) {
  MonthCalendar calendar(query.zone);
  const MonthCalendar::Month& first = calendar.month_with(query.since);
  const MonthCalendar::Month& last = calendar.month_with(std::min(query.until, last_booking));
  UtcSeconds since = first.period.since == query.since ? first.period.since : first.period.until;
  UtcSeconds until = last_booking < query.until ? last.period.until : last.period.since;
  if (since < query.since || since >= until) return std::nullopt;
  return AskedMonths{{first.name, last.name},
                     {calendar.month_with(since).name, calendar.month_with(until).name},
                     {since, until}};
}

UsageTotals total_with_rollup(const Rollup& rollup, const AskedMonths& months, const UsageQuery& query,
                              std::optional<std::uint32_t> uid) {
  std::vector<ChargedSegment> segments = rollup.spanning_segments(months.touched, months.whole, uid);
  for (const Period& edge :
       {Period{query.since, months.whole_period.since}, Period{months.whole_period.until, query.until}})
    if (edge.since < edge.until)
      std::ranges::move(rollup.segments_in_one_month(edge, uid), std::back_inserter(segments));
  return total_usage(
      segments, query,
      rollup.usage(months.whole, is_by(query, GroupKey::month), is_by(query, GroupKey::gpu), uid));
}

}  // namespace

UsageTotals read_usage(Ledger& reader, const UsageQuery& query, std::optional<std::uint32_t> uid) {
  UsageTotals totals;
  reader.in_snapshot([&] {
    const Rollup& rollup = reader.rollup();
    std::optional<AskedMonths> months;
    if (rollup.zone() == query.zone) months = months_of(query, rollup.last_booking());
    totals = months ? total_with_rollup(rollup, *months, query, uid)
                    : total_usage(reader.segments(query.since, query.until, uid), query);
  });
  return totals;
}

}  // namespace trainyard
