// Steps: what is due is done on the lane, and what came of it is recorded. Runs of one job array go into the
// scheduler together.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/driver/driver.h"
#include "daemon/run/booking.h"
#include "daemon/run/job_array.h"

namespace trainyard {
namespace {

// Steps that may have put a job into the scheduler before they failed.
bool submits(Step step) {
  return step == Step::submit || step == Step::release || step == Step::collect || step == Step::stage;
}

// An array that went in parts has several ids.
bool same_train_array(const TrainingRun& a, const TrainingRun& b) {
  const std::optional<RunJob>&one = a.attempt()->train, &other = b.attempt()->train;
  return one.has_value() == other.has_value() && (!one || array_of(one->key) == array_of(other->key));
}

}  // namespace

void Driver::consider(std::int64_t run_id) {
  auto found = runs_.find(run_id);
  if (found == runs_.end() || found->second.busy || found->second.again) return;
  std::optional<Step> step = due(found->second);
  if (!step) return;
  std::vector<std::int64_t> ids = due_together(found->second.run, *step);
  std::vector<TrainingRun> runs;
  Doubt doubt;
  for (std::int64_t id : ids) {
    LiveRun& live = runs_.at(id);
    live.busy = true;
    live.again.stop();
    doubt = std::max(doubt, live.doubt);
    runs.push_back(live.run);
  }
  bool in_parts = *step == Step::release && went_in_parts(runs.front());
  lanes_.run(
      lane_key(found->second.run.owner.uid, lane_of(*step)),
      [this, step = *step, runs = std::move(runs), data = data_set_of(found->second.run), doubt, in_parts] {
        return steps_.perform(step, runs, data, doubt, in_parts);
      },
      [this, ids, step = *step](const RunsStepResult& result) { run_step_done(ids, step, result); },
      [this, ids, step = *step](std::exception_ptr error) { run_step_failed(ids, step, error); });
}

std::optional<Step> Driver::due(const LiveRun& live) const {
  Seen seen = live.seen;
  seen.files_silent = files_are_silent(live.run.owner.uid);
  return next_step(live.run, seen);
}

// Those of the run's array that have the same before them; only itself where it is in none. An array that
// Slurm did not take, perhaps because it has no room for so many jobs, goes in parts.
std::vector<std::int64_t> Driver::due_together(const TrainingRun& run, Step step) {
  std::vector<std::int64_t> ids{run.id};
  if (!run.attempt()->array || (step != Step::submit && step != Step::release)) return ids;
  int failures = runs_.at(run.id).failures;
  for (auto other = runs_.lower_bound(run.attempt()->array->first_run); other != runs_.end(); ++other) {
    const LiveRun& live = other->second;
    if (live.busy || live.run.id == run.id || live.run.attempts.empty() || !in_same_array(run, live.run))
      continue;
    if (due(live) != step || !same_train_array(run, live.run)) continue;
    ids.push_back(live.run.id);
    failures = std::max(failures, live.failures);
  }
  if (step == Step::submit) ids.resize(std::max<std::size_t>(1, ids.size() >> std::min(failures, 16)));
  std::ranges::sort(ids);
  return ids;
}

// Whether others of its array have a job elsewhere, or none yet.
bool Driver::went_in_parts(const TrainingRun& run) const {
  if (!run.attempt()->array) return false;
  for (auto other = runs_.lower_bound(run.attempt()->array->first_run); other != runs_.end(); ++other) {
    const TrainingRun& mate = other->second.run;
    if (!mate.attempts.empty() && in_same_array(run, mate) && !same_train_array(run, mate)) return true;
  }
  return false;
}

void Driver::consider(const std::string& digest) {
  auto found = data_sets_.find(digest);
  if (found == data_sets_.end() || found->second.busy || found->second.again) return;
  LiveDataSet& live = found->second;
  std::optional<Step> step = next_step(live.data_set, live.ended_job.has_value());
  if (!step) return;
  live.busy = true;
  lanes_.run(
      lane_key(live.data_set.owner.uid, lane_of(*step)),
      [this, step = *step, data_set = live.data_set, job = live.ended_job, doubt = live.doubt] {
        return steps_.perform(step, data_set, job, doubt);
      },
      [this, digest](DataSetStepResult result) { data_set_step_done(digest, std::move(result)); },
      [this, digest, step = *step](std::exception_ptr error) { data_set_step_failed(digest, step, error); });
}

template <class Id>
void Driver::again_later(const Id& id, Progress& progress, std::chrono::seconds delay) {
  progress.again = loop_.after(delay, [this, id, &progress] {
    progress.again.stop();
    consider(id);
  });
}

void Driver::run_step_done(const std::vector<std::int64_t>& run_ids, Step step,
                           const RunsStepResult& result) {
  const TrainingRun& first = runs_.at(run_ids.front()).run;
  note_files(first.owner.uid, first.scratch, step, false);
  for (std::int64_t id : run_ids) {
    LiveRun& live = runs_.at(id);
    live.busy = false;
  }
  trouble_.clear();
  std::set<std::int64_t> got_on;
  std::vector<std::pair<std::int64_t, RunEvent>> events = with_uses(result.events);
  if (!events.empty() && record(events))
    for (const auto& [id, event] : events) {
      runs_.at(id).doubt.reset();
      got_on.insert(id);
    }
  // While it is in doubt it still waits for what the failure before this told of.
  for (std::int64_t id : run_ids) {
    LiveRun& live = runs_.at(id);
    if (live.doubt) continue;
    live.failures = 0;
    live.trouble.clear();
  }
  for (std::int64_t id : run_ids)
    if (!got_on.contains(id))
      again_later(id, runs_.at(id), result.again_after.value_or(std::chrono::seconds(2)));
  for (const auto& [id, event] : events)
    if (got_on.contains(id)) follow(id, event);
}

// A step that finds the end of a job has its use recorded with it.
std::vector<std::pair<std::int64_t, RunEvent>> Driver::with_uses(
    const std::vector<std::pair<std::int64_t, RunEvent>>& events) const {
  std::vector<std::pair<std::int64_t, RunEvent>> all;
  for (const auto& [id, event] : events) {
    const auto* ended = std::get_if<event::Ended>(&event);
    if (ended == nullptr) {
      all.emplace_back(id, event);
      continue;
    }
    const LiveRun& live = runs_.at(id);
    auto sighting = live.sightings.find(ended->job.key);
    for (RunEvent& each :
         end_and_use(live.run, *ended,
                     sighting == live.sightings.end() ? std::nullopt : std::optional(sighting->second)))
      all.emplace_back(id, std::move(each));
  }
  return all;
}

// What an event of a run means for others: room in its plan, its data set wanted again, its place in memory
// given up.
void Driver::follow(std::int64_t run_id, const RunEvent& event) {
  auto found = runs_.find(run_id);
  if (found == runs_.end()) return;
  const TrainingRun& run = found->second.run;
  const auto* retried = std::get_if<event::Retried>(&event);
  if (retried != nullptr) found->second.seen.gives_way = false;
  if (retried != nullptr && retried->data_missing) {
    if (auto data = data_sets_.find(run.dataset_digest);
        data != data_sets_.end() && data->second.data_set.state == DataSetState::ready) {
      const DataSet& set = data->second.data_set;
      record(run.dataset_digest, wanted_again(set));
      consider(run.dataset_digest);
    }
  }
  if (is_over(run.state)) {
    waiting_.erase(run_id);
    runs_.erase(found);
  } else {
    consider(run_id);
  }
  admit_soon();
}

void Driver::data_set_step_done(const std::string& digest, DataSetStepResult result) {
  LiveDataSet& live = data_sets_.at(digest);
  live.busy = false;
  live.failures = 0;
  trouble_.clear();
  if (result.event && record(digest, *result.event)) {
    live.doubt.reset();
    consider(digest);
    admit_soon();
    return;
  }
  again_later(digest, live, result.again_after.value_or(std::chrono::seconds(2)));
}

void Driver::run_step_failed(const std::vector<std::int64_t>& run_ids, Step step, std::exception_ptr error) {
  Failure failure = failure_of(error);
  std::vector<std::pair<std::int64_t, RunEvent>> failed;
  for (std::int64_t id : run_ids) {
    LiveRun& live = runs_.at(id);
    live.busy = false;
    if (submits(step)) live.doubt = now();
    if (failure.meaning != Meaning::users_fault) continue;
    log_warning("run={} step={} failed: {}", id, to_string(step), failure.reason);
    failed.emplace_back(id, event::Failed{now(), failure.reason});
  }
  const TrainingRun& first = runs_.at(run_ids.front()).run;
  note_files(first.owner.uid, first.scratch, step, failure.files_are_silent);
  if (!failed.empty() && record(failed)) {
    for (const auto& [id, event] : failed) follow(id, event);
    return;
  }
  if (failure.meaning == Meaning::our_fault)
    log_error("step={} run={} is our fault: {}", to_string(step), run_ids.front(), failure.reason);
  trouble_ = failure.reason;
  if (failure.no_room && step == Step::release) note_no_room(run_ids, failure.reason);
  for (std::int64_t id : run_ids) {
    LiveRun& live = runs_.at(id);
    log_debug("run={} step={} later: {}", id, to_string(step), failure.reason);
    live.trouble = failure.reason;
    again_later(id, live, std::min(delay_after(++live.failures), std::chrono::seconds(30)));
  }
}

void Driver::data_set_step_failed(const std::string& digest, Step step, std::exception_ptr error) {
  LiveDataSet& live = data_sets_.at(digest);
  live.busy = false;
  Failure failure = failure_of(error);
  note_files(live.data_set.owner.uid, live.data_set.scratch, step, failure.files_are_silent);
  if (submits(step)) live.doubt = now();
  if (failure.meaning == Meaning::users_fault) {
    log_warning("data_set={} step={} failed: {}", digest.substr(0, 12), to_string(step), failure.reason);
    if (record(digest, event::StageFailed{now(), failure.reason, false})) return admit_soon();
  }
  if (failure.meaning == Meaning::our_fault)
    log_error("step={} data_set={} is our fault: {}", to_string(step), digest.substr(0, 12), failure.reason);
  trouble_ = failure.reason;
  live.trouble = failure.reason;
  again_later(digest, live, std::min(delay_after(++live.failures), std::chrono::seconds(30)));
}

}  // namespace trainyard
