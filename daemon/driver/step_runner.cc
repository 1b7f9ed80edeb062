#include "daemon/driver/step_runner.h"

#include <algorithm>
#include <utility>

#include "daemon/base/log.h"

namespace trainyard {
namespace {

constexpr std::chrono::seconds longest_delay{30};  // longest delay until a failed step is performed again

constexpr std::size_t most_found_together = 500;  // the most runs in doubt that one `find` step looks up

// Returns true for steps that submit a job. The job can be in the scheduler although such a step failed.
bool submits(Step step) {
  return step == Step::submit || step == Step::release || step == Step::collect_results ||
         step == Step::stage;
}

void set_trouble(LiveEntity& live, const std::string& reason, bool needs_credentials = false) {
  live.trouble = reason;
  live.needs_credentials = needs_credentials;
}

// Returns true if the train jobs of both runs have the same Slurm array, or if neither run has one. The runs
// of an array that was submitted in parts are in several Slurm arrays.
bool same_train_array(const TrainingRun& a, const TrainingRun& b) {
  const std::optional<RunJob>&one = a.attempt()->train, &other = b.attempt()->train;
  return one.has_value() == other.has_value() && (!one || array_of(one->key) == array_of(other->key));
}

}  // namespace

std::optional<Step> StepRunner::due(const LiveEntity& live) const {
  Circumstances all = live.circumstances;
  all.files_are_silent = silent_files_.are_silent(live.owner().uid);
  return live.next_step(all);
}

void StepRunner::consider(const EntityId& id) {
  if (LiveEntity* live = entities_.find(id)) consider(*live);
}

void StepRunner::consider(LiveEntity& live) {
  if (live.is_occupied()) return;
  const std::optional<Step> step = due(live);
  if (!step) return;
  if (*step == Step::stage) return stage_in_turn(static_cast<LiveDataSet&>(live));
  begin(live, *step);
}

void StepRunner::begin(LiveEntity& live, Step step) {
  Ids ids = due_together(live, step);
  for (const EntityId& id : ids) {
    LiveEntity& each = *entities_.find(id);
    each.busy = true;
    each.again.stop();
  }
  lanes_.run(
      lane_key(live.owner().uid, lane_of(step)),
      [this, call = call_of(step, ids)] { return steps_.perform(call); },
      [this, ids, step](const StepResult& result) { done(ids, step, result); },
      [this, ids, step](std::exception_ptr error) { failed(ids, step, error); });
}

void StepRunner::consider_waiting_data_sets() {
  for (auto& [digest, live] : entities_.data_sets()) {
    if (live.data_set.state != DataSetState::wanted || !live.again) continue;
    live.again.stop();
    consider(live);
  }
}

// ---- turns of data sets whose store has a limit of stage jobs

// Begins to stage the data set if it has a turn. If it has none, begins to stage those that do.
void StepRunner::stage_in_turn(LiveDataSet& live) {
  const std::string& store = live.data_set.data.store.store;
  if (!stage_turns_.has_limit(store)) return begin(live, Step::stage);
  begin_stage_turns(live.id());
  if (!live.busy) set_trouble(live, stage_turns_.reason_to_wait(store));
}

void StepRunner::begin_stage_turns(const EntityId& changed) {
  const auto* digest = std::get_if<std::string>(&changed);
  const auto live = digest == nullptr ? entities_.data_sets().end() : entities_.data_sets().find(*digest);
  if (live == entities_.data_sets().end()) return;
  const std::string store = live->second.data_set.data.store.store;
  while (LiveDataSet* next = stage_turns_.begin_next(store)) {
    set_trouble(*next, "");
    begin(*next, Step::stage);
  }
}

void StepRunner::cancel_jobs(const TrainingRun& run) {
  lanes_.run(
      lane_key(run.owner.uid, StepLane::jobs),
      [this, call = StepCall{.step = Step::cancel, .runs = {run}}] { return steps_.perform(call); },
      [](const StepResult&) {}, [](std::exception_ptr) {});
}

// ---- steps that several runs perform together

std::vector<LiveRun*> StepRunner::others_in_array(const TrainingRun& run) {
  std::vector<LiveRun*> others;
  for (std::int64_t id : entities_.arrays().runs_with(run.id))
    if (LiveRun* live = entities_.find_run(id); live != nullptr && id != run.id) others.push_back(live);
  return others;
}

StepRunner::Ids StepRunner::due_together(LiveEntity& live, Step step) {
  if (step == Step::find) return in_doubt_together(static_cast<LiveRun&>(live));
  if (step == Step::submit || step == Step::release)
    return of_array_together(static_cast<LiveRun&>(live), step);
  return {live.id()};
}

// Returns this run and those other runs of its owner whose step is `find`, too, and whose time of doubt is
// not later. One query to the scheduler looks up all of them.
StepRunner::Ids StepRunner::in_doubt_together(const LiveRun& live) {
  Ids ids{live.run.id};
  for (const auto& [id, other] : entities_.runs()) {
    if (ids.size() >= most_found_together) break;
    if (id != live.run.id && other.run.owner.uid == live.run.owner.uid && !other.is_occupied() &&
        other.circumstances.doubt <= live.circumstances.doubt && due(other) == Step::find)
      ids.emplace_back(id);
  }
  return ids;
}

// Returns the runs of this run's job array for which the same step is due. If submitting has failed, perhaps
// because Slurm has no room for so many jobs, returns half of them, a quarter after two failures, and so on:
// the array is then submitted in parts.
StepRunner::Ids StepRunner::of_array_together(LiveRun& live, Step step) {
  const TrainingRun& run = live.run;
  std::vector<std::int64_t> run_ids{run.id};
  int failures = live.circumstances.failures;
  for (LiveRun* other : others_in_array(run)) {
    if (other->busy || other->changes_pending > 0 || due(*other) != step ||
        !same_train_array(run, other->run))
      continue;
    run_ids.push_back(other->run.id);
    failures = std::max(failures, other->circumstances.failures);
  }
  if (step == Step::submit)
    run_ids.resize(std::max<std::size_t>(1, run_ids.size() >> std::min(failures, 16)));
  std::ranges::sort(run_ids);
  return {run_ids.begin(), run_ids.end()};
}

// Returns true if another run of the same array has its train job in another Slurm array, or has none yet:
// the array was submitted in parts.
bool StepRunner::went_in_parts(const TrainingRun& run) {
  return std::ranges::any_of(others_in_array(run),
                             [&](const LiveRun* other) { return !same_train_array(run, other->run); });
}

StepCall StepRunner::call_of(Step step, const Ids& ids) {
  StepCall call{.step = step};
  for (const EntityId& id : ids) {
    const LiveEntity& live = *entities_.find(id);
    call.doubt = std::max(call.doubt, live.circumstances.doubt);
    live.add_to(call);
  }
  if (step == Step::stage) call.keep_free_bytes = cache_.bytes_to_keep_free(*call.data_set);
  if (call.runs.empty()) return call;
  if (const DataSet* data_set = entities_.data_set_of(call.runs.front())) call.data_set = *data_set;
  call.in_parts = step == Step::release && went_in_parts(call.runs.front());
  return call;
}

// ---- results of steps

void StepRunner::done(const Ids& ids, Step step, const StepResult& result) {
  trouble_.clear();
  if (const LiveEntity* first = entities_.find(ids.front()))
    silent_files_.note(first->owner().uid, first->scratch(), step, false);
  resolve_doubts(result.not_submitted);
  if (result.space_missing) return wait_for_space(ids.front(), *result.space_missing);
  std::chrono::seconds delay = result.again_after.value_or(look_again);
  if (result.changes.empty()) return finish(ids, step, {}, delay);
  std::set<EntityId> got_on;
  for (const Change& change : result.changes) got_on.insert(entity_of(change));
  entities_.record_soon(result.changes, [this, ids, step, got_on, delay](bool is_recorded) {
    finish(ids, step, is_recorded ? got_on : std::set<EntityId>(), delay);
  });
}

// Ends the doubt of entities whose jobs are certainly not in the scheduler, so that the jobs are submitted
// again. Records first that jobs are submitted again, because the next daemon computes from that how late a
// job might have been submitted.
void StepRunner::resolve_doubts(const std::set<EntityId>& not_submitted) {
  if (not_submitted.empty() || !entities_.note_resubmission()) return;
  for (const EntityId& id : not_submitted)
    if (LiveEntity* live = entities_.find(id)) live->circumstances.doubt.reset();
}

// Ends a step of these entities. For those in `got_on`, which have changes, Driver calls consider() when the
// changes are recorded. For the others, finish() calls it, after none of them is busy, because they might
// perform their next step together.
void StepRunner::finish(const Ids& ids, Step step, const std::set<EntityId>& got_on,
                        std::chrono::seconds delay) {
  for (const EntityId& id : ids) {
    LiveEntity* live = entities_.find(id);
    if (live == nullptr) continue;
    live->busy = false;
    if (got_on.contains(id)) live->circumstances.doubt.reset();
    // An entity in doubt keeps the reason (`trouble`) of the failure that caused the doubt.
    if (live->circumstances.doubt) continue;
    live->circumstances.failures = 0;
    set_trouble(*live, "");
  }
  for (const EntityId& id : ids) {
    LiveEntity* live = entities_.find(id);
    if (live == nullptr || got_on.contains(id)) continue;
    if (due(*live) == step)
      consider_later(*live, delay);
    else
      consider(*live);
  }
  if (step == Step::stage) begin_stage_turns(ids.front());
}

// Tries to stage the data set later. Meanwhile others are evicted, if that makes enough room.
void StepRunner::wait_for_space(const EntityId& data_set, const SpaceMissing& missing) {
  auto found = entities_.data_sets().find(std::get<std::string>(data_set));
  if (found == entities_.data_sets().end()) return;
  LiveDataSet& live = found->second;
  if (live.trouble.empty()) log_info("{} event=waits_for_space: {}", to_string(data_set), missing.reason);
  live.busy = false;
  set_trouble(live, missing.reason);
  consider_later(live, std::min(delay_after(++live.circumstances.failures), longest_delay));
  cache_.make_room(live.data_set, missing.bytes);
  begin_stage_turns(data_set);
}

void StepRunner::failed(const Ids& ids, Step step, std::exception_ptr error) {
  Failure failure = failure_of(error);
  if (const LiveEntity* first = entities_.find(ids.front()))
    silent_files_.note(first->owner().uid, first->scratch(), step, failure.files_are_silent);
  for (const EntityId& id : ids)
    if (LiveEntity* live = entities_.find(id)) {
      live->busy = false;
      if (submits(step) && !failure.no_credentials) live->circumstances.doubt = now();
    }
  if (failure.meaning == Meaning::users_fault) return fail_for_good(ids, step, failure);
  if (failure.meaning == Meaning::our_fault)
    log_error("{} step={} is our fault: {}", to_string(ids.front()), to_string(step), failure.reason);
  try_again(ids, step, failure);
}

void StepRunner::fail_for_good(const Ids& ids, Step step, const Failure& failure) {
  Changes changes;
  for (const EntityId& id : ids) {
    log_warning("{} step={} failed: {}", to_string(id), to_string(step), failure.reason);
    if (LiveEntity* live = entities_.find(id)) changes.push_back(live->failed(failure.reason));
  }
  entities_.record_soon(std::move(changes), [this, ids, step, failure](bool is_recorded) {
    if (!is_recorded) try_again(ids, step, failure);
  });
}

void StepRunner::note_refusal(const Ids& ids, const Failure& failure) {
  std::vector<std::int64_t> run_ids;
  for (const EntityId& id : ids)
    if (entities_.find(id) != nullptr) run_ids.push_back(std::get<std::int64_t>(id));
  if (!run_ids.empty()) submit_limits_.note_refusal(run_ids, failure.reason);
}

void StepRunner::try_again(const Ids& ids, Step step, const Failure& failure) {
  if (!failure.no_credentials) trouble_.note(failure.reason);
  if (failure.no_room && step == Step::release) note_refusal(ids, failure);
  for (const EntityId& id : ids) {
    LiveEntity* live = entities_.find(id);
    if (live == nullptr) continue;
    log_debug("{} step={} later: {}", to_string(id), to_string(step), failure.reason);
    if (failure.no_credentials && !live->needs_credentials)
      log_info("{} event=waits_for_credentials: {}", to_string(id), failure.reason);
    set_trouble(*live, failure.reason, failure.no_credentials);
    consider_later(*live, std::min(delay_after(++live->circumstances.failures), longest_delay));
  }
  if (step == Step::stage) begin_stage_turns(ids.front());
}

void StepRunner::consider_later(LiveEntity& live, std::chrono::seconds delay) {
  live.again = loop_.after(delay, [this, id = live.id()] {
    LiveEntity* due = entities_.find(id);
    if (due == nullptr) return;
    due->again.stop();
    consider(*due);
  });
}

}  // namespace trainyard
