#include "daemon/driver/data_set_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

// The most data sets that are evicted in one transaction. The next round evicts more.
constexpr std::size_t most_evicted_together = 100;

constexpr std::chrono::seconds until_space_shows{10};  // after files were removed

constexpr std::size_t most_runs_named = 5;  // in a message

// The most bytes that one data set counts, so that the sum of what a user's deputies claim does not overflow.
constexpr std::int64_t most_counted_bytes = std::int64_t{1} << 50;

std::int64_t counted(std::int64_t claimed_bytes) {
  return std::clamp<std::int64_t>(claimed_bytes, 0, most_counted_bytes);
}

std::map<std::uint32_t, std::int64_t> bytes_by_user(const Entities& entities) {
  std::map<std::uint32_t, std::int64_t> bytes;
  for (const auto& [digest, live] : entities.data_sets())
    if (live.data_set.state == DataSetState::ready)
      bytes[live.data_set.owner.uid] += counted(live.data_set.size_bytes);
  return bytes;
}

// Returns true if the data set takes more space on scratch soon: its stage job is in the scheduler, or is
// being submitted.
bool is_on_its_way(const LiveDataSet& live) {
  const DataSetState state = live.data_set.state;
  return state == DataSetState::staging || (state == DataSetState::wanted && live.busy);
}

std::string name_of(const DataSet& data_set) { return "data set " + data_set.digest.substr(0, 12); }

// "run 12", "runs 12, 13 and 40 more"
std::string named(const std::set<std::int64_t>& runs) {
  std::vector<std::string> ids;
  for (std::int64_t id : runs)
    if (ids.size() < most_runs_named) ids.push_back(std::to_string(id));
  std::string text = (runs.size() == 1 ? "run " : "runs ") + join(ids, ", ");
  if (runs.size() > ids.size()) text += fmt::format(" and {} more", runs.size() - ids.size());
  return text;
}

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorKind::invalid, why); }

void check_state(const LiveDataSet& live) {
  const DataSet& data_set = live.data_set;
  if (data_set.is_of_newer_release)
    refuse(name_of(data_set) + ": a newer release of trainyardd has changed it; this one leaves it alone");
  if (data_set.state == DataSetState::staging)
    refuse(fmt::format("{}: job {} is staging it; drop it when it is ready", name_of(data_set),
                       to_string(data_set.job.value())));
  const bool may_have_job = live.circumstances.doubt && data_set.state == DataSetState::wanted;
  if (live.busy || live.changes_pending > 0 || may_have_job)
    refuse(name_of(data_set) + ": is about to change; try again in a moment");
}

}  // namespace

bool DataSetCache::is_evictable(const LiveDataSet& live) const {
  const DataSet& data_set = live.data_set;
  return data_set.state == DataSetState::ready && !data_set.is_pinned && !data_set.is_of_newer_release &&
         !live.is_occupied() && !entities_.tally().is_named(data_set.digest);
}

std::vector<const LiveDataSet*> DataSetCache::evictable_in_order() const {
  std::vector<const LiveDataSet*> evictable;
  for (const auto& [digest, live] : entities_.data_sets())
    if (is_evictable(live)) evictable.push_back(&live);
  std::ranges::sort(evictable, {}, &LiveDataSet::last_used_at);
  return evictable;
}

// Records, in one transaction, that these data sets are given up. Returns false if that failed.
bool DataSetCache::evict(const std::vector<const LiveDataSet*>& data_sets) {
  Changes changes;
  for (const LiveDataSet* live : data_sets)
    changes.emplace_back(DataSetChange{live->data_set.digest, event::Evicting{now()}});
  return entities_.record(changes);
}

void DataSetCache::shrink() {
  if (settings_.cache_bytes == 0) return;
  std::map<std::uint32_t, std::int64_t> held = bytes_by_user(entities_);
  std::vector<const LiveDataSet*> given_up;
  for (const LiveDataSet* live : evictable_in_order()) {
    std::int64_t& of_user = held[live->data_set.owner.uid];
    if (of_user <= settings_.cache_bytes || given_up.size() == most_evicted_together) continue;
    of_user -= counted(live->data_set.size_bytes);
    given_up.push_back(live);
  }
  evict(given_up);
}

// ---- space

std::int64_t DataSetCache::bytes_to_keep_free(const DataSet& to_stage) const {
  if (settings_.free_bytes == 0) return 0;
  std::int64_t bytes = settings_.free_bytes;
  for (const auto& [digest, live] : entities_.data_sets())
    if (digest != to_stage.digest && live.data_set.owner.uid == to_stage.owner.uid && is_on_its_way(live))
      bytes += counted(live.data_set.source_bytes);
  return bytes;
}

bool DataSetCache::is_making_room(std::uint32_t uid) const {
  auto last = made_room_at_.find(uid);
  if (last != made_room_at_.end() && now() < last->second + until_space_shows) return true;
  return std::ranges::any_of(entities_.data_sets(), [uid](const auto& entry) {
    const DataSet& data_set = entry.second.data_set;
    return data_set.state == DataSetState::evicting && data_set.owner.uid == uid;
  });
}

void DataSetCache::make_room(const DataSet& to_stage, std::int64_t missing_bytes) {
  const std::uint32_t uid = to_stage.owner.uid;
  if (is_making_room(uid)) return;
  std::vector<const LiveDataSet*> given_up;
  for (const LiveDataSet* live : evictable_in_order()) {
    if (live->data_set.owner.uid != uid) continue;
    given_up.push_back(live);
    missing_bytes -= counted(live->data_set.size_bytes);
    if (missing_bytes <= 0) {
      if (evict(given_up)) made_room_at_[uid] = now();
      return;
    }
  }
}

// ---- what users ask for

LiveDataSet& DataSetCache::find(const std::string& digest) {
  auto found = entities_.data_sets().find(digest);
  if (found == entities_.data_sets().end())
    throw Error(ErrorKind::not_found, "data set " + digest.substr(0, 12) + " is not on scratch");
  return found->second;
}

void DataSetCache::record_or_throw(const DataSetChange& change) {
  if (!entities_.record({change}))
    throw Error(ErrorKind::unavailable, "the ledger cannot be written; nothing was changed");
}

void DataSetCache::pin(const std::string& digest, bool is_pinned, const std::string& by) {
  const DataSet& data_set = find(digest).data_set;
  if (data_set.state == DataSetState::evicting)
    throw Error(ErrorKind::not_found, name_of(data_set) + ": is being removed from scratch");
  if (data_set.is_pinned == is_pinned) return;
  if (is_pinned)
    record_or_throw({digest, event::Pinned{now(), by}});
  else
    record_or_throw({digest, event::Unpinned{now(), by}});
}

void DataSetCache::drop(const std::string& digest, bool even_if_pinned) {
  const LiveDataSet& live = find(digest);
  const DataSet& data_set = live.data_set;
  if (data_set.state == DataSetState::evicting) return;
  if (const std::set<std::int64_t>& runs = entities_.tally().runs_naming(digest); !runs.empty())
    refuse(fmt::format("{}: {} need{} it; wait for the end, or cancel first", name_of(data_set), named(runs),
                       runs.size() == 1 ? "s" : ""));
  check_state(live);
  if (data_set.is_pinned && !even_if_pinned)
    refuse(
        fmt::format("{0}: is pinned; unpin it with 'trainyard cache pin --off {1}', or drop it with --force",
                    name_of(data_set), digest.substr(0, 12)));
  record_or_throw({digest, event::Evicting{now()}});
}

}  // namespace trainyard
