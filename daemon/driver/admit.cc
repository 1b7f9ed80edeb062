// Admission: which queued runs begin.
#include <fmt/format.h>

#include "daemon/driver/driver.h"
#include "daemon/run/job_array.h"

namespace trainyard {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr int admission_patience = 20;  // of the time that goes by, a twentieth at most is for admission
constexpr milliseconds gathering{200};

}  // namespace

std::vector<const TrainingRun*> Driver::live_runs() const {
  std::vector<const TrainingRun*> runs;
  for (const auto& [id, live] : runs_) runs.push_back(&live.run);
  return runs;
}

// Many events of one turn of the loop are one admission. While others are on their way into the scheduler
// runs gather, since those admitted together go as one array. A queue that takes long to look through is
// looked through so much the more seldom.
void Driver::admit_soon() {
  if (queued_ == 0 || admission_timer_) return;
  auto rest = std::chrono::ceil<milliseconds>(next_admission_ - Clock::now());
  auto least = lanes_.busy() == 0 ? milliseconds(0) : gathering;
  admission_timer_ = loop_.after(std::max(rest, least), [this] {
    admission_timer_.stop();
    auto begin = Clock::now();
    admit_runs();
    next_admission_ = Clock::now() + admission_patience * (Clock::now() - begin);
  });
}

void Driver::admit_runs() {
  std::set<std::string> on_its_way;
  for (const auto& [digest, live] : data_sets_)
    if (live.data_set.state == DataSetState::staging || live.data_set.state == DataSetState::ready)
      on_its_way.insert(digest);
  std::vector<const TrainingRun*> queued, silent, crowded;
  std::vector<std::pair<std::int64_t, std::string>> without_data;
  for (const auto& [id, live] : runs_) {
    if (live.run.state != RunState::queued) continue;
    const DataSet* data = known_data_set(live.run);
    if (data != nullptr && data->state == DataSetState::failed)
      without_data.emplace_back(id, data->reason);
    else if (files_are_silent(live.run.owner.uid))
      silent.push_back(&live.run);
    else if (no_room_for(live.run.owner.uid) != nullptr)
      crowded.push_back(&live.run);
    else
      queued.push_back(&live.run);
  }
  for (const auto& [id, reason] : without_data) {
    event::Failed failed{now(), "its data set could not be staged: " + reason};
    if (record(id, failed)) follow(id, failed);
  }
  waiting_.clear();
  if (drained_) {
    for (const TrainingRun* run : queued)
      waiting_[run->id] = {"drained", "the admin has drained the daemon: nothing new is started"};
    return;
  }
  const std::vector<const TrainingRun*> live = live_runs();
  Admission admission =
      admit(settings_.plans, queued, live, on_its_way, room_for_jobs(settings_.max_jobs_in_slurm, live));
  waiting_ = std::move(admission.waiting);
  for (const TrainingRun* run : silent)
    waiting_[run->id] = {"files",
                         "the file system of your scratch (" + run->scratch.path + ") does not answer"};
  for (const TrainingRun* run : crowded) waiting_[run->id] = *no_room_for(run->owner.uid);
  if (admission.admitted.empty()) return;
  std::vector<const TrainingRun*> admitted;
  for (std::int64_t id : admission.admitted) admitted.push_back(&runs_.at(id).run);
  std::vector<std::pair<std::int64_t, RunEvent>> events =
      admit_in_arrays(admitted, steps_.reader().most_array_tasks(), now());
  if (!record(events)) return;  // the next poll tries again
  for (std::int64_t id : admission.admitted)
    runs_.at(id).doubt.reset();  // nobody knew of this attempt before
  for (std::int64_t id : admission.admitted) consider(id);
}

}  // namespace trainyard
