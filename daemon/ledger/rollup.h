// Rollup: usage by month and party in the ledger, kept with the segments. A run is rolled up under the span
// of months in which something of it is booked: a period that holds the span holds all of the run, and of a
// run that crosses the period's edges the segments are read. On the thread of its database. Whoever writes
// does so in a transaction with what it is about.
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

  // Whose months it is about; nullopt: there is no rollup.
  std::optional<std::string> zone() const;
  // From all segments. Error{invalid} for an unknown zone.
  void make(const std::string& zone);
  // This row was appended to the segments, with its suspensions.
  void add(std::int64_t segment_id);

  // In the following, of one user if named.

  // Usage of runs whose spans lie in these months: in all of them together; and by month, by GPU type or by
  // both, where asked for.
  Usage usage(const MonthRange& months, bool by_month, bool by_gpu,
              std::optional<std::uint32_t> uid = std::nullopt) const;
  // All segments of runs whose spans touch `touched`, do not lie in `except`, and are no single month.
  std::vector<ChargedSegment> spanning_segments(const MonthSpan& touched, const MonthRange& except,
                                                std::optional<std::uint32_t> uid = std::nullopt) const;
  // Segments of runs of a single month: those that overlap the period, whole.
  std::vector<ChargedSegment> segments_in_one_month(const Period& period,
                                                    std::optional<std::uint32_t> uid = std::nullopt) const;
  // The last second in which something is booked; the beginning of time where nothing is.
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
