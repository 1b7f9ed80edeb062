// What scratch holds beyond its time: directories of runs that ended long ago, data sets beyond the cache's
// size.
#include <algorithm>

#include "daemon/base/log.h"
#include "daemon/driver/driver.h"

namespace trainyard {
namespace {

constexpr std::chrono::minutes house_interval{10};
constexpr int removals_at_once = 50;

void log_failure(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    log_warning("event=removal_failed {}", e.what());
  }
}

}  // namespace

void Driver::keep_house() {
  house_timer_ = loop_.after(house_interval, [this] { keep_house(); });
  remove_old_runs();
  evict_data_sets();
}

std::set<std::string> Driver::code_in_use(std::uint32_t uid) const {
  std::set<std::string> digests;
  for (const auto& [id, live] : runs_)
    if (live.run.owner.uid == uid && !live.run.code_digest.empty()) digests.insert(live.run.code_digest);
  return digests;
}

// A directory that cannot be removed does not keep others from it: it is tried
// again by the next daemon.
void Driver::remove_old_runs() {
  for (const TrainingRun& run : ledger_.ended_before(now() - settings_.keep_runs, removals_at_once)) {
    if (removal_failed_.contains(run.id)) continue;
    auto done = [this, id = run.id] {
      ledger_.mark_removed(id);
      log_info("run={} event=directory_removed", id);
    };
    if (run.scratch.path.empty()) {
      done();  // of a release that had one scratch for all: an admin removes what is left there
      continue;
    }
    lanes_.run(
        lane_key(run.owner.uid, StepLane::files),
        [this, run, in_use = code_in_use(run.owner.uid)] {
          steps_.remove_run(run, in_use);
          return true;
        },
        [done](bool) { done(); },
        [this, id = run.id](std::exception_ptr error) {
          removal_failed_.insert(id);
          log_failure(error);
        });
  }
}

// Of each user's cache the least recently changed first; one that a live run names is pinned.
void Driver::evict_data_sets() {
  if (settings_.cache_bytes == 0) return;
  std::set<std::string> pinned;
  for (const auto& [id, live] : runs_) pinned.insert(live.run.dataset_digest);
  std::map<std::uint32_t, std::int64_t> held;
  std::vector<LiveDataSet*> candidates;
  for (auto& [digest, live] : data_sets_) {
    if (live.data_set.state != DataSetState::ready) continue;
    held[live.data_set.owner.uid] += live.data_set.size_bytes;
    if (!pinned.contains(digest) && !live.busy) candidates.push_back(&live);
  }
  std::ranges::sort(candidates, {}, [](const LiveDataSet* live) { return live->data_set.changed_at; });
  for (LiveDataSet* live : candidates) {
    std::int64_t& of_user = held[live->data_set.owner.uid];
    if (of_user <= settings_.cache_bytes) continue;
    of_user -= live->data_set.size_bytes;
    evict(*live);
  }
}

void Driver::evict(LiveDataSet& live) {
  live.busy = true;
  std::string digest = live.data_set.digest;
  lanes_.run(
      lane_key(live.data_set.owner.uid, StepLane::files),
      [this, data_set = live.data_set] {
        steps_.remove_data_set(data_set);
        return true;
      },
      [this, digest](bool) { evicted(digest); },
      [this, digest](std::exception_ptr error) {
        data_sets_.at(digest).busy = false;
        log_failure(error);
      });
}

// That it is gone, and that a run accepted meanwhile wants it again, are one transaction.
void Driver::evicted(const std::string& digest) {
  LiveDataSet& gone = data_sets_.at(digest);
  gone.busy = false;
  std::vector<DataSetEvent> events{event::Evicted{now()}};
  bool is_wanted = std::ranges::any_of(
      runs_, [&](const auto& entry) { return entry.second.run.dataset_digest == digest; });
  if (is_wanted) events.emplace_back(wanted_again(gone.data_set));
  if (!record(digest, events)) return;
  if (is_wanted)
    consider(digest);
  else
    data_sets_.erase(digest);
}

}  // namespace trainyard
