#include "daemon/driver/admitter.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "daemon/driver/walk.h"
#include "daemon/run/job_array.h"

namespace trainyard {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr int patience = 20;  // looks at the queue take at most a twentieth of the time
constexpr milliseconds gathering{200};
constexpr std::size_t most_admitted_at_once = 1000;

std::set<std::string> data_on_its_way(const Entities& entities) {
  std::set<std::string> digests;
  for (const auto& [digest, live] : entities.data_sets())
    if (live.data_set.state == DataSetState::staging || live.data_set.state == DataSetState::ready)
      digests.insert(digest);
  return digests;
}

// Returns true if the run's state allows its admission. Checked several times in a look, because a run's
// state can change between the slices of the look.
bool may_begin(const LiveRun& live) {
  return live.run.state == RunState::queued && !live.run.is_of_newer_release && live.changes_pending == 0;
}

}  // namespace

struct Admitter::Look {
  std::int64_t last_sorted = 0;  // id of the queued run that was sorted last
  // By uid, the reason why all runs of this user have to wait; null: they do not have to.
  std::map<std::uint32_t, std::shared_ptr<const WaitingFor>> held_back;
  QueueWaits not_ready;
  std::vector<std::int64_t> ready;      // runs that only the plans or the room in the scheduler can hold back
  std::optional<QueueAdmission> queue;  // set once `ready` is complete
  std::size_t next = 0;                 // index into `ready`
};

Admitter::Admitter(Loop& loop, Lanes& lanes, Steps& steps, Entities& entities,
                   const SilentFiles& silent_files, const SubmitLimits& submit_limits,
                   const DriverSettings& settings)
    : loop_(loop),
      lanes_(lanes),
      steps_(steps),
      entities_(entities),
      silent_files_(silent_files),
      submit_limits_(submit_limits),
      settings_(settings),
      slices_(loop) {}

Admitter::~Admitter() = default;

// Schedules one look at the queue, however often it is called before the look begins. While work is under way
// in the lanes, the look begins 200 ms later, so that more runs can come: runs that are admitted together
// become one job array. The longer a look takes, the longer the pause before the next one.
void Admitter::admit_soon() {
  has_changed_ = true;
  if (entities_.tally().queued().empty() || timer_ || look_ || being_recorded_ > 0) return;
  auto rest = std::chrono::ceil<milliseconds>(next_look_ - Clock::now());
  auto least = lanes_.busy() == 0 || more_may_begin_ ? milliseconds(0) : gathering;
  timer_ = loop_.after(std::max(rest, least), [this] {
    timer_.stop();
    look();
  });
}

void Admitter::look_anew() {
  slices_.stop();
  look_.reset();
  admit_soon();
}

void Admitter::set_drained(bool drained) {
  drained_ = drained;
  look_anew();
}

const WaitingFor& Admitter::waiting_for(std::int64_t run_id) const {
  static const WaitingFor admission{"admission", "to be admitted"};
  for (const QueueWaits* waits : {&waiting_, &not_ready_})
    if (const WaitingFor* found = waits->find(run_id)) return *found;
  return admission;
}

// ---- a look

void Admitter::look() {
  has_changed_ = false;
  look_ = std::make_unique<Look>();
  slices_.begin([this] { return look_further(); }, [this] { end_look(); });
}

// Does the next part of the look. Returns false after the last part.
bool Admitter::look_further() {
  if (!look_->queue) {
    if (sort_further()) return true;
    const RunTally& tally = entities_.tally();
    look_->queue.emplace(settings_.plans, tally.plan_use(settings_.plans), data_on_its_way(entities_),
                         JobRoom(settings_.max_jobs_in_slurm, tally.jobs()));
  }
  const std::size_t end = std::min(look_->next + walked_together, look_->ready.size());
  for (; look_->next < end; ++look_->next)
    if (const LiveRun* live = entities_.find_run(look_->ready[look_->next]);
        live != nullptr && may_begin(*live))
      look_->queue->admit_or_let_wait(live->run);
  return look_->next < look_->ready.size();
}

// Puts the next queued runs into `ready` or `not_ready`. Returns false after the last run of the queue.
bool Admitter::sort_further() {
  const std::set<std::int64_t>& queued = entities_.tally().queued();
  auto next = queued.upper_bound(look_->last_sorted);
  for (std::size_t i = 0; i < walked_together && next != queued.end(); ++i, ++next) {
    look_->last_sorted = *next;
    if (const LiveRun& live = *entities_.find_run(*next); may_begin(live)) sort(live);
  }
  return next != queued.end();
}

void Admitter::sort(const LiveRun& live) {
  const TrainingRun& run = live.run;
  const DataSet* data_set = entities_.data_set_of(run);
  if (data_set != nullptr && data_set->state == DataSetState::failed)
    return fail_without_data(live, data_set->reason);
  auto [held_back, is_new] = look_->held_back.try_emplace(run.owner.uid);
  if (is_new) held_back->second = what_holds_back(run);
  if (held_back->second != nullptr)
    look_->not_ready.add(run.id, held_back->second);
  else
    look_->ready.push_back(run.id);
}

void Admitter::end_look() {
  const std::unique_ptr<Look> look = std::move(look_);
  const Clock::time_point begun = Clock::now();
  Admission admission = look->queue->admission();
  not_ready_ = std::move(look->not_ready);
  waiting_ = std::move(admission.waiting);
  begin(std::move(admission.admitted));
  next_look_ = Clock::now() + patience * (Clock::now() - begun + slices_.spent());
  if (has_changed_) admit_soon();
}

// Returns the reason why no run of this run's owner may be admitted; null: there is none.
std::shared_ptr<const WaitingFor> Admitter::what_holds_back(const TrainingRun& run) const {
  if (silent_files_.are_silent(run.owner.uid))
    return std::make_shared<const WaitingFor>(
        WaitingFor{"files", "the file system of your scratch (" + run.scratch.path + ") does not answer"});
  if (const WaitingFor* limit = submit_limits_.waiting_for(run.owner.uid))
    return std::make_shared<const WaitingFor>(*limit);
  if (drained_)
    return std::make_shared<const WaitingFor>(
        WaitingFor{"drained", "the admin has drained the daemon: nothing new is started"});
  return nullptr;
}

// Ends a run, as failed, whose data set could not be staged. If the change cannot be recorded, the next look
// tries again.
void Admitter::fail_without_data(const LiveRun& live, const std::string& reason) {
  if (live.changes_pending > 0) return;
  entities_.record_soon({live.failed("its data set could not be staged: " + reason)}, [](bool) {});
}

// Records the admission of these runs. No other look begins before all are recorded, because the runs' GPUs
// count in the plans only then. A run whose admission could not be recorded stays queued until a look after
// the next poll.
void Admitter::begin(std::vector<std::int64_t> run_ids) {
  more_may_begin_ = run_ids.size() > most_admitted_at_once;
  if (more_may_begin_) run_ids.resize(most_admitted_at_once);
  std::vector<const TrainingRun*> admitted;
  for (std::int64_t id : run_ids)
    if (const LiveRun* live = entities_.find_run(id); live != nullptr && may_begin(*live))
      admitted.push_back(&live->run);
  for (Changes& array : admit_in_arrays(admitted, steps_.reader().most_array_tasks(), now())) {
    ++being_recorded_;
    std::vector<EntityId> ids;
    for (const Change& change : array) ids.push_back(entity_of(change));
    entities_.record_soon(std::move(array), [this, ids](bool is_recorded) { recorded(ids, is_recorded); });
  }
}

void Admitter::recorded(const std::vector<EntityId>& ids, bool is_recorded) {
  --being_recorded_;
  for (const EntityId& id : ids)
    if (LiveRun* live = entities_.find_run(std::get<std::int64_t>(id));
        live != nullptr && live->run.state == RunState::admitted)
      live->circumstances.doubt.reset();  // no submission of the new attempt was sent yet
  if (is_recorded) admit_soon();
}

}  // namespace trainyard
