// Computes the sums that one run adds to the rollup. Pure functions.
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

// A span of months, first and last included: "2026-10".
struct MonthSpan {
  std::string first, last;
  auto operator<=>(const MonthSpan&) const = default;
};

// A key of the rollup: the party (user, account and plan) that was charged for runs with this span, in one
// month of the span or in all of them, for one GPU type or for all. A run counts once under each key.
// Therefore the numbers of runs and jobs must not be added up over months or GPU types.
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
  bool has_late = false;  // some usage is booked in another month than the month of use
  Usage usage;
};

// A run with more segments than this is left out of the rollup, because adding a segment reads all segments
// of its run.
inline constexpr std::size_t most_segments_rolled_up = 32;

// Returns the sums that a run adds to the rollup. `segments`: all segments of one run, or of one job that
// belongs to no run; not empty. nullopt: the run is left out of the rollup, because its segments are charged
// to several parties or are too many; further segments do not change that.
std::optional<RunUsage> usage_of_run(const std::vector<ChargedSegment>& segments, MonthCalendar& calendar);

}  // namespace trainyard
