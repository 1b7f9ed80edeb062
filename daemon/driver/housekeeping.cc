#include "daemon/driver/housekeeping.h"

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

}  // namespace

void Housekeeping::begin() {
  timer_ = loop_.after(house_interval, [this] { begin(); });
  cache_.shrink();
  if (std::exchange(is_round_under_way_, true)) return;
  last_looked_at_ = {};
  failures_.clear();
  remove_next_runs();
}

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

}  // namespace trainyard
