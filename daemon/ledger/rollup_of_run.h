// What one run adds to the rollup. Pure.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/ledger/booked_sum.h"

namespace trainyard {

// Months, first and last included: "2026-10".
struct MonthSpan {
  std::string first, last;
  auto operator<=>(const MonthSpan&) const = default;
};

// Who was charged for runs of one span: in one of its months or in all, for one type of GPUs or for all. A
// run counts once under each key, so amounts of several months or types are no sums where runs and jobs are
// concerned.
struct UsageKey {
  MonthSpan span;
  std::uint32_t uid = 0;
  std::string user, account, plan;
  std::optional<std::string> month{};  // unset: all of the span
  std::optional<std::string> gpu{};    // as gpu_key(); unset: all
  auto operator<=>(const UsageKey&) const = default;
};

using Usage = std::map<UsageKey, UsageAmounts>;

struct RunUsage {
  MonthSpan span;         // from the first to the last month in which something of the run is booked
  bool has_late = false;  // something of it is booked in another month than that in which it was used
  Usage usage;
};

// A run with more segments is not rolled up, so that one more segment of a run costs the same however many it
// has.
inline constexpr std::size_t most_segments_rolled_up = 32;

// `segments`: all of one run, or all of one job that belongs to no run; not empty. nullopt: they cannot be
// rolled up, since they are charged to several parties, or too many; more segments do not change that.
std::optional<RunUsage> usage_of_run(const std::vector<ChargedSegment>& segments, MonthCalendar& calendar);

}  // namespace trainyard
