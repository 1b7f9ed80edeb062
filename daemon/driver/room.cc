// Users of whom Slurm takes no more jobs: MaxSubmitJobs and its like. A run has two jobs there, and one that
// has the first waits for the second with its place taken, so that several could wait for each other for
// ever. The oldest keeps its place, the others give theirs back, and none begins before the oldest has its
// second job.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/log.h"
#include "daemon/driver/driver.h"

namespace trainyard {

std::int64_t Driver::oldest_submitted(std::uint32_t uid) const {
  auto oldest = std::ranges::find_if(runs_, [uid](const auto& entry) {
    const TrainingRun& run = entry.second.run;
    return run.owner.uid == uid && run.state == RunState::submitted;
  });
  return oldest == runs_.end() ? 0 : oldest->first;
}

// Runs of an array have their second jobs together: its older half may fit.
void Driver::note_no_room(const std::vector<std::int64_t>& run_ids, const std::string& reason) {
  const std::uint32_t uid = runs_.at(run_ids.front()).run.owner.uid;
  const std::int64_t first = oldest_submitted(uid);
  crowds_[uid] = {first, {"scheduler", fmt::format("run {} comes first: {}", first, reason)}};
  std::size_t kept = run_ids.front() == first ? std::max<std::size_t>(1, run_ids.size() / 2) : 0;
  for (std::size_t i = kept; i < run_ids.size(); ++i) runs_.at(run_ids[i]).seen.gives_way = true;
  if (kept < run_ids.size())
    log_info("event=gives_way uid={} runs={} first={}", uid, run_ids.size() - kept, first);
}

// What a queued run of that user waits for; null: nothing of the kind.
const WaitingFor* Driver::no_room_for(std::uint32_t uid) const {
  auto crowd = crowds_.find(uid);
  if (crowd == crowds_.end()) return nullptr;
  auto first = runs_.find(crowd->second.first);
  bool waits = first != runs_.end() && first->second.run.state == RunState::submitted;
  return waits ? &crowd->second.waiting : nullptr;
}

}  // namespace trainyard
