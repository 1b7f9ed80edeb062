// Reads totals of usage from the ledger. Runs whose usage lies in whole months of the period come from the
// ledger's rollup, all other runs from segments.
#pragma once
#include <cstdint>
#include <optional>

#include "daemon/ledger/ledger.h"
#include "daemon/report/usage_totals.h"

namespace trainyard {

// Returns the same totals that total_usage() computes from all segments, only those of one user if `uid` is
// set. If the query's time zone is not the rollup's, reads all segments of the period, which can take
// seconds. Therefore `reader` must be used by another thread than the loop's.
UsageTotals read_usage(Ledger& reader, const UsageQuery& query, std::optional<std::uint32_t> uid);

}  // namespace trainyard
