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

void Driver::remove_old_runs() {
  for (const TrainingRun& run : ledger_.ended_before(now() - settings_.keep_runs, removals_at_once)) {
    io_.run(
        [this, run] {
          steps_.remove_run(run);
          return run.id;
        },
        [this](std::int64_t id) {
          ledger_.mark_removed(id);
          log_info("run={} event=directory_removed", id);
        },
        log_failure);
  }
}

// The least recently changed first; one that a live run names is pinned.
void Driver::evict_data_sets() {
  if (settings_.cache_bytes == 0) return;
  std::set<std::string> pinned;
  for (const auto& [id, live] : runs_) pinned.insert(live.run.dataset_digest);
  std::int64_t held = 0;
  std::vector<LiveDataSet*> candidates;
  for (auto& [digest, live] : data_sets_) {
    if (live.data_set.state != DataSetState::ready) continue;
    held += live.data_set.size_bytes;
    if (!pinned.contains(digest) && !live.busy) candidates.push_back(&live);
  }
  std::sort(candidates.begin(), candidates.end(), [](const LiveDataSet* a, const LiveDataSet* b) {
    return a->data_set.changed_at < b->data_set.changed_at;
  });
  for (LiveDataSet* live : candidates) {
    if (held <= settings_.cache_bytes) return;
    held -= live->data_set.size_bytes;
    live->busy = true;
    std::string digest = live->data_set.digest;
    io_.run(
        [this, data_set = live->data_set] {
          steps_.remove_data_set(data_set);
          return true;
        },
        [this, digest](bool) {
          LiveDataSet& gone = data_sets_.at(digest);
          gone.busy = false;
          if (!record(digest, event::Evicted{now()})) return;
          DataSet set = gone.data_set;
          bool wanted_meanwhile = std::any_of(runs_.begin(), runs_.end(), [&](const auto& entry) {
            return entry.second.run.dataset_digest == digest;
          });
          if (wanted_meanwhile &&
              record(digest, event::Wanted{now(), set.owner, set.data, set.objects, set.test_objects}))
            consider(digest);
          else
            data_sets_.erase(digest);
        },
        [this, digest](std::exception_ptr error) {
          data_sets_.at(digest).busy = false;
          log_failure(error);
        });
  }
}

}  // namespace trainyard
