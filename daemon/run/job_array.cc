#include "daemon/run/job_array.h"

#include <algorithm>
#include <deque>

namespace trainyard {
namespace {

using Group = std::vector<const TrainingRun*>;

bool is_script(const TrainingRun& run) { return std::holds_alternative<ScriptSpec>(run.manifest->program); }

int next_attempt(const TrainingRun& run) { return static_cast<int>(run.attempts.size()) + 1; }

std::vector<Group> group(const std::vector<const TrainingRun*>& runs, std::size_t most_tasks) {
  std::vector<Group> groups;
  // Indices of the groups that more runs can join, the latest group first, because runs of a sweep follow
  // each other.
  std::deque<std::size_t> open;
  for (const TrainingRun* run : runs) {
    auto fitting =
        std::ranges::find_if(open, [&](std::size_t i) { return may_share_array(*groups[i].front(), *run); });
    if (fitting != open.end()) {
      groups[*fitting].push_back(run);
      if (groups[*fitting].size() >= most_tasks) open.erase(fitting);
      continue;
    }
    groups.push_back({run});
    if (is_script(*run) || most_tasks <= 1) continue;
    open.push_front(groups.size() - 1);
    if (open.size() > most_open_arrays) open.pop_back();
  }
  return groups;
}

}  // namespace

bool may_share_array(const TrainingRun& a, const TrainingRun& b) {
  return a.owner == b.owner && a.scratch == b.scratch && a.dataset_digest == b.dataset_digest &&
         a.avoid == b.avoid && !is_script(a) && !is_script(b) &&
         a.manifest->resources == b.manifest->resources && a.manifest->retry == b.manifest->retry;
}

std::vector<Changes> admit_in_arrays(const std::vector<const TrainingRun*>& admitted, int most_tasks,
                                     UtcSeconds at) {
  std::vector<Changes> arrays;
  for (const Group& runs : group(admitted, static_cast<std::size_t>(std::max(1, most_tasks)))) {
    Changes& changes = arrays.emplace_back();
    ArrayPlace place{runs.front()->id, next_attempt(*runs.front()), 0};
    for (const TrainingRun* run : runs) {
      event::Admitted event{at, next_attempt(*run), {}};
      if (runs.size() > 1) event.array = place;
      changes.emplace_back(RunChange{run->id, event});
      ++place.task;
    }
  }
  return arrays;
}

}  // namespace trainyard
