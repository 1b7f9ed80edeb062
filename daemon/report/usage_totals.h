// Computes totals of usage from the ledger's segments and rollup for one query. Pure functions. All times are
// integer seconds, so the seconds of the groups add up exactly to the total.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/ledger/ledger.h"

namespace trainyard {

enum class GroupKey { user, account, plan, gpu, month };
const char* to_string(GroupKey key);
GroupKey group_key_from(const std::string& name);  // Error{invalid} lists the names

// A query for the usage in [since, until), in groups of equal keys `by`. Months are those of the time zone
// `zone`.
struct UsageQuery {
  UtcSeconds since{};
  UtcSeconds until{};
  std::string zone = "UTC";
  std::vector<GroupKey> by;
};

// The usage of one group in the period. Each run and each job counts once: a run that crosses the end of a
// month counts in both months, and once in the total. Usage of a month that was written after the month was
// closed counts in the month in which it was written.
struct UsageRow {
  std::vector<std::string> keys;  // one per UsageQuery::by; gpu: type, "gpu" if untyped, empty without GPUs
  std::int64_t runs = 0;          // the staging of a data set belongs to no run
  std::int64_t jobs = 0;
  std::int64_t gpu_seconds = 0;            // occupied, late ones included
  std::int64_t suspended_gpu_seconds = 0;  // the part of gpu_seconds in which the job was suspended
  // The part of gpu_seconds that was booked late, because its month was closed; negative if it takes back too
  // high a charge.
  std::int64_t late_gpu_seconds = 0;
  bool operator==(const UsageRow&) const = default;
};

struct UsageTotals {
  std::vector<UsageRow> rows;  // sorted by their keys
  UsageRow total;              // its keys are empty
};

// Adds up the usage of `segments` and `rolled_up`. Counts only the parts of the segments that lie in the
// period. `rolled_up` must lie in the period, have the months of the query's zone and the query's groups, and
// contain no runs or jobs of `segments`. Throws Error{invalid} for an unknown zone.
UsageTotals total_usage(const std::vector<ChargedSegment>& segments, const UsageQuery& query,
                        const Usage& rolled_up = {});
bool is_by(const UsageQuery& query, GroupKey key);

}  // namespace trainyard
