#include "daemon/driver/housekeeping.h"

#include <algorithm>
#include <map>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/steps/failure.h"

namespace trainyard {
namespace {

constexpr std::chrono::minutes house_interval{10};
constexpr int removals_at_once = 50;

void log_failed_removal(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    log_warning("event=removal_failed {}", e.what());
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
  if (removals_under_way_ > 0) return;
  last_looked_at_ = {};
  silent_users_.clear();
  remove_old_runs();
}

// Removes the directories of the next old runs. The last of these removals calls this function again, until
// all old runs have been tried. A directory that could not be removed is tried again by the next round.
void Housekeeping::remove_old_runs() {
  std::vector<TrainingRun> old = next_old_runs();
  removals_under_way_ = old.size();
  for (const TrainingRun& run : old) remove(run);
}

// Leaves out the runs of users whose files do not answer: each would keep the lane of its user for as long as
// a call may last.
std::vector<TrainingRun> Housekeeping::next_old_runs() {
  std::vector<TrainingRun> old =
      ledger_.ended_before(now() - settings_.keep_runs, removals_at_once, last_looked_at_);
  if (!old.empty()) last_looked_at_ = {old.back().ended_at.value(), old.back().id};
  const bool may_be_more = old.size() == removals_at_once;
  std::erase_if(old, [this](const TrainingRun& run) { return silent_users_.contains(run.owner.uid); });
  if (old.empty() && may_be_more) look_ = loop_.after(std::chrono::seconds(0), [this] { remove_old_runs(); });
  return old;
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
      [this, id = run.id](bool) {
        note_removal(id);
        end_removal();
      },
      [this, uid = run.owner.uid](std::exception_ptr error) {
        if (failure_of(error).files_are_silent) silent_users_.insert(uid);
        log_failed_removal(error);
        end_removal();
      });
}

void Housekeeping::note_removal(std::int64_t run_id) {
  try {
    ledger_.mark_removed(run_id);
    log_info("run={} event=directory_removed", run_id);
  } catch (const Error&) {
    log_failed_removal(std::current_exception());
  }
}

void Housekeeping::end_removal() {
  if (--removals_under_way_ == 0) remove_old_runs();
}

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
        log_failed_removal(error);
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
