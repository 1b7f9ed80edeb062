#include "daemon/driver/housekeeping.h"

#include <algorithm>
#include <map>
#include <vector>

#include "daemon/base/log.h"

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

// Ready data sets that no live run names, of all users, the least recently changed first.
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
  remove_old_runs();
  evict_data_sets();
}

// A directory that cannot be removed does not keep others from being removed: the next daemon tries it again.
void Housekeeping::remove_old_runs() {
  for (const TrainingRun& run : ledger_.ended_before(now() - settings_.keep_runs, removals_at_once)) {
    if (removal_failed_.contains(run.id)) continue;
    if (run.scratch.path.empty())
      note_removal(run.id);  // of a release that had one scratch for all: an admin removes what is left there
    else
      remove(run);
  }
}

void Housekeeping::remove(const TrainingRun& run) {
  lanes_.run(
      lane_key(run.owner.uid, StepLane::files),
      [this, run, in_use = entities_.tally().code_of(run.owner.uid)] {
        steps_.remove_run(run, in_use);
        return true;
      },
      [this, id = run.id](bool) { note_removal(id); },
      [this, id = run.id](std::exception_ptr error) {
        removal_failed_.insert(id);
        log_failed_removal(error);
      });
}

void Housekeeping::note_removal(std::int64_t run_id) {
  ledger_.mark_removed(run_id);
  log_info("run={} event=directory_removed", run_id);
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

// That it is gone, and that a run accepted meanwhile wants it again, are one transaction.
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
