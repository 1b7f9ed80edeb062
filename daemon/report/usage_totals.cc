#include "daemon/report/usage_totals.h"

#include <algorithm>
#include <array>
#include <map>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr std::array<std::pair<GroupKey, const char*>, 5> names{{{GroupKey::user, "user"},
                                                                 {GroupKey::account, "account"},
                                                                 {GroupKey::plan, "plan"},
                                                                 {GroupKey::gpu, "gpu"},
                                                                 {GroupKey::month, "month"}}};

std::string key_of(GroupKey by, const UsageKey& key) {
  switch (by) {
    case GroupKey::user:
      return key.user;
    case GroupKey::account:
      return key.account;
    case GroupKey::plan:
      return key.plan;
    case GroupKey::gpu:
      return key.gpu.value_or("");
    case GroupKey::month:
      return key.month.value_or("");
  }
  return "";
}

// Adds up the usage in segments and in the rollup. Both must be of different runs.
struct Sum {
  UsageSum segments;
  UsageAmounts rolled_up;

  UsageRow row(std::vector<std::string> keys) const {
    UsageAmounts all = segments.amounts();
    all += rolled_up;
    return {std::move(keys),     all.runs, all.jobs, all.gpu_seconds, all.suspended_gpu_seconds,
            all.late_gpu_seconds};
  }
};

// The groups of a query, and the usage in each group.
class Groups {
 public:
  explicit Groups(const UsageQuery& query) : query_(query), calendar_(query.zone) {}

  void add(const ChargedSegment& charged) {
    for (const BookedPart& whole : booked_parts(charged, {query_.since, query_.until})) {
      all_.segments.add(charged, whole);
      for (const BookedPart& part : by_month_ ? split_at_months(whole, calendar_) : std::vector{whole})
        groups_[keys_of(charged, part)].segments.add(charged, part);
    }
  }

  void add(const UsageKey& key, const UsageAmounts& amounts) {
    if (!key.month && !key.gpu) all_.rolled_up += amounts;
    if (key.month.has_value() == by_month_ && key.gpu.has_value() == by_gpu_)
      groups_[keys_of(key)].rolled_up += amounts;
  }

  UsageTotals totals() const {
    UsageTotals totals;
    for (const auto& [keys, sum] : groups_) totals.rows.push_back(sum.row(keys));
    totals.total = all_.row({});
    return totals;
  }

 private:
  std::vector<std::string> keys_of(const ChargedSegment& charged, const BookedPart& part) {
    return keys_of({{},
                    charged.uid,
                    charged.user,
                    charged.account,
                    charged.plan,
                    calendar_.month_with(part.booked_at).name,
                    gpu_key(charged.segment)});
  }

  std::vector<std::string> keys_of(const UsageKey& key) const {
    std::vector<std::string> keys;
    for (GroupKey by : query_.by) keys.push_back(key_of(by, key));
    return keys;
  }

  const UsageQuery& query_;
  const bool by_month_ = is_by(query_, GroupKey::month), by_gpu_ = is_by(query_, GroupKey::gpu);
  MonthCalendar calendar_;
  std::map<std::vector<std::string>, Sum> groups_;
  Sum all_;
};

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

bool is_by(const UsageQuery& query, GroupKey key) {
  return std::ranges::find(query.by, key) != query.by.end();
}

UsageTotals total_usage(const std::vector<ChargedSegment>& segments, const UsageQuery& query,
                        const Usage& rolled_up) {
  Groups groups(query);
  for (const ChargedSegment& charged : segments) groups.add(charged);
  for (const auto& [key, amounts] : rolled_up) groups.add(key, amounts);
  return groups.totals();
}

}  // namespace trainyard
