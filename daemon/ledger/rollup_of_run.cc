#include "daemon/ledger/rollup_of_run.h"

#include <algorithm>

namespace trainyard {
namespace {

constexpr Period all_time{UtcSeconds::min(), UtcSeconds::max()};

struct MonthAndGpu {
  std::optional<std::string> month, gpu;
  auto operator<=>(const MonthAndGpu&) const = default;
};
using Sums = std::map<MonthAndGpu, UsageSum>;

bool is_same_party(const ChargedSegment& a, const ChargedSegment& b) {
  return a.uid == b.uid && a.user == b.user && a.account == b.account && a.plan == b.plan;
}

void add(Sums& sums, const std::string& month, const ChargedSegment& charged, const BookedPart& part) {
  std::string gpu = gpu_key(charged.segment);
  for (const MonthAndGpu& key :
       {MonthAndGpu{}, MonthAndGpu{{}, gpu}, MonthAndGpu{month, {}}, MonthAndGpu{month, gpu}})
    sums[key].add(charged, part);
}

}  // namespace

std::optional<RunUsage> usage_of_run(const std::vector<ChargedSegment>& segments, MonthCalendar& calendar) {
  if (segments.size() > most_segments_rolled_up) return std::nullopt;
  const ChargedSegment& party = segments.front();
  RunUsage run;
  Sums sums;
  for (const ChargedSegment& charged : segments) {
    if (!is_same_party(charged, party)) return std::nullopt;
    for (const BookedPart& whole : booked_parts(charged, all_time))
      for (const BookedPart& part : split_at_months(whole, calendar)) {
        const std::string& month = calendar.month_with(part.booked_at).name;
        add(sums, month, charged, part);
        run.has_late |= part.late;
        run.span.first = run.span.first.empty() ? month : std::min(run.span.first, month);
        run.span.last = std::max(run.span.last, month);
      }
  }
  for (const auto& [key, sum] : sums)
    run.usage[{run.span, party.uid, party.user, party.account, party.plan, key.month, key.gpu}] =
        sum.amounts();
  return run;
}

}  // namespace trainyard
