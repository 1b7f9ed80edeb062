// Rollup: sums of usage in the ledger by month and party (user, account and plan). The sums of a run are kept
// under its span: the first and the last month in which its usage is booked. A period that contains the span
// contains the whole run; for a run whose span lies only partly in the period, the segments are read instead.
// Used on the thread of its database. A call that writes must be in the transaction that writes the segments.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/sqlite.h"
#include "daemon/ledger/rollup_of_run.h"

namespace trainyard {

// Months [first, end), named as "2026-10".
struct MonthRange {
  std::string first, end;
};

class Rollup {
 public:
  explicit Rollup(Database& database) : database_(database) {}

  // Returns the time zone of the rollup's months; nullopt: there is no rollup.
  std::optional<std::string> zone() const;
  // Computes the rollup anew from all segments. Throws Error{invalid} for an unknown zone.
  void make(const std::string& zone);
  // Adds the usage of a segment to the rollup. The segment and its suspensions must have been appended just
  // before.
  void add(std::int64_t segment_id);

  // The next three functions return only the usage of one user if `uid` is set.

  // Returns the usage of runs whose spans lie in these months: over all months and GPU types together and, if
  // asked for, also by month, by GPU type or by both.
  Usage usage(const MonthRange& months, bool by_month, bool by_gpu,
              std::optional<std::uint32_t> uid = std::nullopt) const;
  // Returns all segments of runs in the table spanning_segments whose spans touch `touched` and do not lie in
  // `except`, and all segments of runs that cannot be rolled up.
  std::vector<ChargedSegment> spanning_segments(const MonthSpan& touched, const MonthRange& except,
                                                std::optional<std::uint32_t> uid = std::nullopt) const;
  // Returns the segments that overlap the period and are of runs whose usage is booked in a single month
  // (they are not in the table spanning_segments). The segments are not cut at the edges of the period.
  std::vector<ChargedSegment> segments_in_one_month(const Period& period,
                                                    std::optional<std::uint32_t> uid = std::nullopt) const;
  // Returns the last second in which something is booked; the Unix epoch if nothing is booked.
  UtcSeconds last_booking() const;

 private:
  std::vector<ChargedSegment> segments_of_run_with(std::int64_t segment_id) const;
  bool is_left_out(std::int64_t segment_id) const;
  void set_span(const std::vector<ChargedSegment>& run, const std::optional<RunUsage>& usage);
  void set_span(std::int64_t segment_id, const std::optional<MonthSpan>& span);
  void change_usage(const Usage& change);

  Database& database_;
};

}  // namespace trainyard
