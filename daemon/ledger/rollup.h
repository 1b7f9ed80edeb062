// Rollup: sums of usage by month and party in the ledger. A run is rolled up under the span of months in
// which its usage is booked. A period that contains the span contains the whole run; for a run that crosses
// an edge of the period, the segments are read instead. Used on the thread of its database. A call that
// writes must be in the transaction that writes the segments.
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
  // Makes the rollup from all segments. Throws Error{invalid} for an unknown zone.
  void make(const std::string& zone);
  // Adds a row that was just appended to the segments together with its suspensions.
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
  // Returns the segments, whole, that overlap the period and whose runs are not in the table
  // spanning_segments: all usage of these runs is booked in a single month.
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
