#include "daemon/report/totals.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr std::array<std::pair<GroupKey, const char*>, 5> names{{{GroupKey::user, "user"},
                                                                 {GroupKey::account, "account"},
                                                                 {GroupKey::plan, "plan"},
                                                                 {GroupKey::gpu, "gpu"},
                                                                 {GroupKey::month, "month"}}};

// What a row of the account says of one group: the seconds [since, until) of its segment, booked at one time.
struct Piece {
  Period period;
  UtcSeconds booked_at{};  // in the month whose group it belongs to
  bool late = false;       // that month is not the one in which the GPUs were used: that one was closed
};

std::int64_t overlap(const Period& a, const Period& b) {
  return std::max<std::int64_t>(0, (std::min(a.until, b.until) - std::max(a.since, b.since)).count());
}

// What is added up while reading; runs and jobs are counted once however many segments they have.
struct Sum {
  std::set<std::int64_t> runs;
  std::set<JobKey> jobs;
  std::int64_t gpu_seconds = 0, suspended_gpu_seconds = 0, late_gpu_seconds = 0;

  void add(const ChargedSegment& charged, const Piece& piece) {
    if (charged.run_id) runs.insert(*charged.run_id);
    jobs.insert(charged.segment.job);
    int gpus = charged.kind == EntryKind::reversal ? -charged.segment.gpus : charged.segment.gpus;
    std::int64_t used = gpus * overlap(piece.period, piece.period);
    gpu_seconds += used;
    if (piece.late) late_gpu_seconds += used;
    for (const Period& suspended : charged.segment.suspended)
      suspended_gpu_seconds += gpus * overlap(piece.period, suspended);
  }

  UsageRow row(std::vector<std::string> keys) const {
    return {std::move(keys),
            static_cast<std::int64_t>(runs.size()),
            static_cast<std::int64_t>(jobs.size()),
            gpu_seconds,
            suspended_gpu_seconds,
            late_gpu_seconds};
  }
};

bool is_within(UtcSeconds time, const UsageQuery& query) { return query.since <= time && time < query.until; }

// The part of the segment that lies in the period and was not closed when it was written. A segment that
// ended in the second it started used nothing, but was there.
std::optional<Piece> in_time(const ChargedSegment& charged, const UsageQuery& query) {
  const Segment& segment = charged.segment;
  UtcSeconds begin = std::max(segment.started_at, charged.closed_until);
  if (segment.started_at == segment.ended_at)
    return begin == segment.started_at && is_within(begin, query)
               ? std::optional(Piece{{begin, begin}, begin})
               : std::nullopt;
  Period part{std::max(begin, query.since), std::min(segment.ended_at, query.until)};
  return part.since < part.until ? std::optional(Piece{part, part.since}) : std::nullopt;
}

// The part that was closed already, if it was written in the period.
std::optional<Piece> too_late(const ChargedSegment& charged, const UsageQuery& query) {
  const Segment& segment = charged.segment;
  if (segment.started_at >= charged.closed_until || !is_within(charged.written_at, query))
    return std::nullopt;
  Period part{segment.started_at, std::min(segment.ended_at, charged.closed_until)};
  return Piece{part, charged.written_at, true};
}

// One piece for each month the part touches, in order, without gaps.
std::vector<Piece> split_at_months(const Piece& part, const std::string& zone) {
  if (part.late) return {part};
  std::vector<Piece> pieces;
  UtcSeconds from = part.period.since;
  do {
    UtcSeconds month_end = month_bounds(month_of(from, zone), zone).until;
    pieces.push_back({{from, std::min(month_end, part.period.until)}, from});
    from = month_end;
  } while (from < part.period.until);
  return pieces;
}

std::string gpu_of(const Segment& segment) {
  if (segment.gpus == 0) return "";
  return segment.gpu_type.empty() ? "gpu" : segment.gpu_type;
}

std::string key_of(GroupKey key, const ChargedSegment& charged, const Piece& piece, const std::string& zone) {
  switch (key) {
    case GroupKey::user:
      return charged.user;
    case GroupKey::account:
      return charged.account;
    case GroupKey::plan:
      return charged.plan;
    case GroupKey::gpu:
      return gpu_of(charged.segment);
    case GroupKey::month:
      return month_of(piece.booked_at, zone);
  }
  return "";
}

}  // namespace

const char* to_string(GroupKey key) {
  for (const auto& [known, name] : names)
    if (known == key) return name;
  return "";
}

GroupKey group_key_from(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& [key, its_name] : names) {
    if (name == its_name) return key;
    known.emplace_back(its_name);
  }
  throw Error(ErrorKind::invalid, "usage by \"" + name + "\": write one or more of " + join(known, ", "));
}

UsageTotals total_usage(const std::vector<ChargedSegment>& segments, const UsageQuery& query) {
  bool by_month = std::find(query.by.begin(), query.by.end(), GroupKey::month) != query.by.end();
  std::map<std::vector<std::string>, Sum> groups;
  Sum all;
  for (const ChargedSegment& charged : segments) {
    for (const std::optional<Piece>& part : {in_time(charged, query), too_late(charged, query)}) {
      if (!part) continue;
      all.add(charged, *part);
      for (const Piece& piece : by_month ? split_at_months(*part, query.zone) : std::vector{*part}) {
        std::vector<std::string> keys;
        for (GroupKey key : query.by) keys.push_back(key_of(key, charged, piece, query.zone));
        groups[keys].add(charged, piece);
      }
    }
  }
  UsageTotals totals;
  for (const auto& [keys, sum] : groups) totals.rows.push_back(sum.row(keys));
  totals.total = all.row({});
  return totals;
}

}  // namespace trainyard
