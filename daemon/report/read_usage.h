// Reads totals of usage from the ledger: of runs that lie whole in months of the period from its rollup, the
// rest from segments.
#pragma once
#include <cstdint>
#include <optional>

#include "daemon/ledger/ledger.h"
#include "daemon/report/usage_totals.h"

namespace trainyard {

// What total_usage() makes of all segments; of one user if named. Reads all segments of the period, for
// seconds, where the query's zone is not the rollup's: `reader` is in a thread of its own.
UsageTotals read_usage(Ledger& reader, const UsageQuery& query, std::optional<std::uint32_t> uid);

}  // namespace trainyard
