// Totals of usage, computed from the ledger's segments and its rollup on reading. Pure. Integer seconds
// throughout: what the groups hold adds up to what the period holds, to the second.
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

// What is asked: [since, until) in groups of equal keys; months are those of the zone.
struct UsageQuery {
  UtcSeconds since{};
  UtcSeconds until{};
  std::string zone = "UTC";
  std::vector<GroupKey> by;
};

// Distinct runs and jobs that occupied something in the period; a run that crosses midnight of a month's end
// counts in both months, and once in the total. What was written about a month after it was closed counts in
// the month in which it was written.
struct UsageRow {
  std::vector<std::string> keys;  // as UsageQuery::by; gpu: the type, "gpu" where untyped, empty without GPUs
  std::int64_t runs = 0;          // staging a data set belongs to no run
  std::int64_t jobs = 0;
  std::int64_t gpu_seconds = 0;            // occupied, late ones included
  std::int64_t suspended_gpu_seconds = 0;  // of these: the job was suspended
  std::int64_t late_gpu_seconds =
      0;  // of these: of months closed before; negative where too much was charged
  bool operator==(const UsageRow&) const = default;
};

struct UsageTotals {
  std::vector<UsageRow> rows;  // sorted by their keys
  UsageRow total;              // its keys are empty
};

// Segments may reach beyond the period: they are clipped. `rolled_up`, of the query's zone and with its
// groups, is of other runs and jobs than the segments, and lies in the period. Error{invalid} for an unknown
// zone.
UsageTotals total_usage(const std::vector<ChargedSegment>& segments, const UsageQuery& query,
                        const Usage& rolled_up = {});
bool is_by(const UsageQuery& query, GroupKey key);

}  // namespace trainyard
