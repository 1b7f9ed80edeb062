#include "daemon/driver/submit_limits.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/log.h"

namespace trainyard {

std::int64_t SubmitLimits::oldest_submitted(std::uint32_t uid) const {
  const std::map<std::int64_t, LiveRun>& runs = entities_.runs();
  auto oldest = std::ranges::find_if(runs, [uid](const auto& entry) {
    const TrainingRun& run = entry.second.run;
    return run.owner.uid == uid && run.state == RunState::submitted;
  });
  return oldest == runs.end() ? 0 : oldest->first;
}

// The store jobs of an array are submitted together. If the user's oldest run is among the refused ones, the
// older half of the refused runs stays submitted, because Slurm might take half as many jobs.
void SubmitLimits::note_refusal(const std::vector<std::int64_t>& run_ids, const std::string& reason) {
  const std::uint32_t uid = entities_.runs().at(run_ids.front()).run.owner.uid;
  const std::int64_t first = oldest_submitted(uid);
  limits_[uid] = {first, {"scheduler", fmt::format("run {} comes first: {}", first, reason)}};
  std::size_t kept = run_ids.front() == first ? std::max<std::size_t>(1, run_ids.size() / 2) : 0;
  for (std::size_t i = kept; i < run_ids.size(); ++i)
    if (LiveRun* live = entities_.find_run(run_ids[i])) live->circumstances.seen.gives_way = true;
  if (kept < run_ids.size())
    log_info("event=gives_way uid={} runs={} first={}", uid, run_ids.size() - kept, first);
}

const WaitingFor* SubmitLimits::waiting_for(std::uint32_t uid) const {
  auto limit = limits_.find(uid);
  if (limit == limits_.end()) return nullptr;
  const LiveRun* first = entities_.find_run(limit->second.first);
  bool waits = first != nullptr && first->run.state == RunState::submitted;
  return waits ? &limit->second.waiting : nullptr;
}

}  // namespace trainyard
