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

// What is added up while reading; runs and jobs are counted once however many segments they have.
struct Sum {
  std::set<std::int64_t> runs;
  std::set<JobKey> jobs;
  std::int64_t gpu_seconds = 0;

  void add(const ChargedSegment& charged, const Period& piece) {
    if (charged.run_id) runs.insert(*charged.run_id);
    jobs.insert(charged.segment.job);
    gpu_seconds += charged.segment.gpus * (piece.until - piece.since).count();
  }

  UsageRow row(std::vector<std::string> keys) const {
    return {std::move(keys), static_cast<std::int64_t>(runs.size()), static_cast<std::int64_t>(jobs.size()),
            gpu_seconds};
  }
};

// The part of the segment in the period. One that ended in the second it started used nothing, but was there.
std::optional<Period> clip(const Segment& segment, const UsageQuery& query) {
  Period part{std::max(segment.started_at, query.since), std::min(segment.ended_at, query.until)};
  bool empty_segment = segment.started_at == segment.ended_at;
  bool inside = empty_segment ? segment.started_at >= query.since && segment.started_at < query.until
                              : part.since < part.until;
  return inside ? std::optional(part) : std::nullopt;
}

// One piece for each month the part touches, in order, without gaps.
std::vector<Period> split_at_months(const Period& part, const std::string& zone) {
  std::vector<Period> pieces;
  UtcSeconds from = part.since;
  do {
    UtcSeconds month_end = month_bounds(month_of(from, zone), zone).until;
    pieces.push_back({from, std::min(month_end, part.until)});
    from = month_end;
  } while (from < part.until);
  return pieces;
}

std::string gpu_of(const Segment& segment) {
  if (segment.gpus == 0) return "";
  return segment.gpu_type.empty() ? "gpu" : segment.gpu_type;
}

std::string key_of(GroupKey key, const ChargedSegment& charged, const Period& piece,
                   const std::string& zone) {
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
      return month_of(piece.since, zone);
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
    std::optional<Period> part = clip(charged.segment, query);
    if (!part) continue;
    all.add(charged, *part);
    for (const Period& piece : by_month ? split_at_months(*part, query.zone) : std::vector{*part}) {
      std::vector<std::string> keys;
      for (GroupKey key : query.by) keys.push_back(key_of(key, charged, piece, query.zone));
      groups[keys].add(charged, piece);
    }
  }
  UsageTotals totals;
  for (const auto& [keys, sum] : groups) totals.rows.push_back(sum.row(keys));
  totals.total = all.row({});
  return totals;
}

}  // namespace trainyard
