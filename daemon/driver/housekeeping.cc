#include "daemon/driver/housekeeping.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/steps/failure.h"

namespace trainyard {
namespace {

constexpr std::chrono::minutes house_interval{10};
constexpr int removals_at_once = 50;

// After so many failures in a round, a user's other runs are left for the next round: mostly the user's files
// do not answer at all, or the user has left the site.
constexpr int most_failures_of_a_user = 3;

std::string message_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  }
}

// Returns the ready data sets of all users that no live run names, the least recently changed first.
std::vector<LiveDataSet*> evictable_data_sets(Entities& entities) {
  std::vector<LiveDataSet*> evictable;
  for (auto& [digest, live] : entities.data_sets())
    if (live.data_set.state == DataSetState::ready && !entities.tally().is_named(digest) &&
        !live.is_occupied() && !live.data_set.is_of_newer_release)
      evictable.push_back(&live);
  std::ranges::sort(evictable, {}, [](const LiveDataSet* live) { return live->data_set.changed_at; });
  return evictable;
}

std::map<std::uint32_t, std::int64_t> bytes_by_user(const Entities& entities) {
  std::map<std::uint32_t, std::int64_t> bytes;
  for (const auto& [digest, live] : entities.data_sets())
    if (live.data_set.state == DataSetState::ready)
      bytes[live.data_set.owner.uid] += live.data_set.size_bytes;
  return bytes;
}

}  // namespace

void Housekeeping::begin() {
  timer_ = loop_.after(house_interval, [this] { begin(); });
  evict_data_sets();
  if (std::exchange(is_round_under_way_, true)) return;
  last_looked_at_ = {};
  failures_.clear();
  remove_next_runs();
}

// ---- old runs

// A round goes through all old runs, some at a time, and removes the directories of one user's runs one after
// the other. When those of all users are done, the next runs follow.
void Housekeeping::remove_next_runs() {
  std::vector<EndedRun> old;
  try {
    old = ledger_.ended_before(now() - settings_.keep_runs, removals_at_once, last_looked_at_);
  } catch (const Error& e) {
    log_warning("event=old_runs_not_read: {}", e.what());
  }
  if (old.empty()) {
    is_round_under_way_ = false;
    return;
  }
  last_looked_at_ = old.back().end;
  for (const EndedRun& ended : old)
    if (!removal_failed_.contains(ended.run.id) && !ended.run.is_of_newer_release)
      to_remove_[ended.run.owner.uid].push_back(ended.run);
  go_on_soon();
}

// Not at once, because a round can have thousands of runs that are all left out.
void Housekeeping::go_on_soon() {
  next_ = loop_.after(std::chrono::seconds(0), [this] {
    std::vector<std::uint32_t> uids;
    for (const auto& [uid, runs] : to_remove_) uids.push_back(uid);
    if (uids.empty()) return remove_next_runs();
    for (const std::uint32_t uid : uids) remove_next_of(uid);
  });
}

void Housekeeping::remove_next_of(std::uint32_t uid) {
  std::deque<TrainingRun>& runs = to_remove_.at(uid);
  if (!runs.empty() && failures_[uid] < most_failures_of_a_user) {
    const TrainingRun run = std::move(runs.front());
    runs.pop_front();
    return remove(run);
  }
  to_remove_.erase(uid);
  if (to_remove_.empty()) go_on_soon();
}

// A run of an early release, which had one scratch for all users, has no place of its own: an admin removes
// its files.
void Housekeeping::remove(const TrainingRun& run) {
  lanes_.run(
      lane_key(run.owner.uid, StepLane::files),
      [this, run, in_use = entities_.tally().code_of(run.owner.uid)] {
        if (!run.scratch.path.empty()) steps_.remove_run(run, in_use);
        return true;
      },
      [this, id = run.id, uid = run.owner.uid](bool) {
        note_removal(id);
        remove_next_of(uid);
      },
      [this, id = run.id, uid = run.owner.uid](std::exception_ptr error) {
        note_failure(id, uid, error);
        remove_next_of(uid);
      });
}

void Housekeeping::note_removal(std::int64_t run_id) {
  try {
    ledger_.mark_removed(run_id);
    log_info("run={} event=directory_removed", run_id);
  } catch (const Error& e) {
    log_warning("run={} event=removal_not_recorded: {}", run_id, e.what());
  }
}

// A directory that could not be removed is not tried again before the next daemon starts, so that it does not
// keep others from being removed. Files that do not answer say nothing about the directory.
void Housekeeping::note_failure(std::int64_t run_id, std::uint32_t uid, const std::exception_ptr& error) {
  log_warning("run={} uid={} event=removal_failed: {}", run_id, uid, message_of(error));
  if (failure_of(error).files_are_silent) {
    failures_[uid] = most_failures_of_a_user;
  } else {
    ++failures_[uid];
    removal_failed_.insert(run_id);
  }
}

// ---- data sets

void Housekeeping::evict_data_sets() {
  if (settings_.cache_bytes == 0) return;
  std::map<std::uint32_t, std::int64_t> held = bytes_by_user(entities_);
  for (LiveDataSet* live : evictable_data_sets(entities_)) {
    std::int64_t& of_user = held[live->data_set.owner.uid];
    if (of_user <= settings_.cache_bytes) continue;
    of_user -= live->data_set.size_bytes;
    evict(*live);
  }
}

void Housekeeping::evict(LiveDataSet& live) {
  live.busy = true;
  lanes_.run(
      lane_key(live.data_set.owner.uid, StepLane::files),
      [this, data_set = live.data_set] {
        steps_.remove_data_set(data_set);
        return true;
      },
      [this, digest = live.data_set.digest](bool) { note_eviction(digest); },
      [this, digest = live.data_set.digest](std::exception_ptr error) {
        if (LiveEntity* live = entities_.find(digest)) live->busy = false;
        log_warning("{} event=removal_failed: {}", to_string(EntityId(digest)), message_of(error));
      });
}

// Records that the data set was removed. If a run that was accepted meanwhile names it, the same transaction
// records that it is wanted again.
void Housekeeping::note_eviction(const std::string& digest) {
  auto found = entities_.data_sets().find(digest);
  if (found == entities_.data_sets().end()) return;
  LiveDataSet& gone = found->second;
  gone.busy = false;
  Changes changes{DataSetChange{digest, event::Evicted{now()}}};
  if (entities_.tally().is_named(digest))
    changes.emplace_back(DataSetChange{digest, wanted_again(gone.data_set)});
  entities_.record(changes);
}

}  // namespace trainyard
