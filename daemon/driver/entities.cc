#include "daemon/driver/entities.h"

#include <algorithm>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/run/booking.h"

namespace trainyard {
namespace {

// The most changes in one transaction. More are split over several transactions, so that the loop does other
// work in between.
constexpr std::size_t most_changes_together = 150;

// Splits the changes into pieces for one transaction each. Consecutive changes of one entity stay in one
// piece.
std::vector<Changes> pieces_of(const Changes& changes) {
  std::vector<Changes> pieces;
  for (const Change& change : changes) {
    const bool is_full = pieces.empty() || pieces.back().size() >= most_changes_together;
    if (pieces.empty() || (is_full && entity_of(pieces.back().back()) != entity_of(change)))
      pieces.emplace_back();
    pieces.back().push_back(change);
  }
  return pieces;
}

// Returns the latest time at which an earlier daemon can have submitted the run's train job: the start of the
// first daemon after the run's admission and after the last resubmission. For a run in another state than
// admitted, returns the present time.
UtcSeconds doubt_of(const TrainingRun& run, const std::vector<UtcSeconds>& starts,
                    UtcSeconds last_resubmission) {
  if (run.state != RunState::admitted) return now();
  auto next = std::ranges::upper_bound(starts, std::max(run.attempt()->admitted_at, last_resubmission));
  return next == starts.end() ? now() : *next;
}

}  // namespace

void Entities::load(const std::vector<UtcSeconds>& starts) {
  const UtcSeconds last_resubmission = ledger_.last_resubmission();
  ledger_.each_live_run([this, &starts, last_resubmission](TrainingRun run) {
    LiveRun& live = runs_[run.id];
    live.run = std::move(run);
    live.circumstances.doubt = doubt_of(live.run, starts, last_resubmission);
    tally_.add(live.run);
    arrays_.update(live.run);
  });
  for (DataSet& data_set : ledger_.data_sets()) {
    LiveDataSet& live = data_sets_[data_set.digest];
    live.data_set = std::move(data_set);
    live.circumstances.doubt = now();
  }
  for (const auto& [digest, at] : ledger_.last_uses()) note_use(digest, at);
}

LiveRun* Entities::find_run(std::int64_t run_id) {
  auto found = runs_.find(run_id);
  return found == runs_.end() ? nullptr : &found->second;
}

LiveEntity* Entities::find(const EntityId& id) {
  if (const auto* run_id = std::get_if<std::int64_t>(&id)) return find_run(*run_id);
  auto found = data_sets_.find(std::get<std::string>(id));
  return found == data_sets_.end() ? nullptr : &found->second;
}

const LiveDataSet* Entities::live_data_set_of(const TrainingRun& run) const {
  if (run.dataset_digest.empty()) return nullptr;
  auto found = data_sets_.find(run.dataset_digest);
  return found == data_sets_.end() ? nullptr : &found->second;
}

const DataSet* Entities::data_set_of(const TrainingRun& run) const {
  const LiveDataSet* live = live_data_set_of(run);
  return live == nullptr ? nullptr : &live->data_set;
}

bool Entities::is_data_ready(const std::string& digest) const {
  auto found = data_sets_.find(digest);
  return found == data_sets_.end() || found->second.data_set.state == DataSetState::ready;
}

ShownState Entities::shown_state(const TrainingRun& run) const {
  return trainyard::shown_state(run.state, is_data_ready(run.dataset_digest));
}

bool Entities::has_data_set(const std::string& digest) const {
  auto found = data_sets_.find(digest);
  return found != data_sets_.end() && found->second.data_set.state != DataSetState::evicted &&
         found->second.data_set.state != DataSetState::failed;
}

bool Entities::is_leaving(const std::string& digest) const {
  auto found = data_sets_.find(digest);
  return found != data_sets_.end() && found->second.data_set.state == DataSetState::evicting &&
         !tally_.is_named(digest);
}

void Entities::note_use(const std::string& digest, UtcSeconds at) {
  auto found = data_sets_.find(digest);
  if (found != data_sets_.end()) found->second.last_used_at = std::max(found->second.last_used_at, at);
}

void Entities::add(std::map<std::int64_t, LiveRun> accepted) {
  for (const auto& [run_id, live] : accepted) tally_.add(live.run);
  runs_.merge(accepted);
}

void Entities::add(const std::string& digest, const event::Wanted& wanted) {
  DataSet& data_set = data_sets_[digest].data_set;
  data_set.digest = digest;
  apply_event(data_set, wanted);
  note_use(digest, wanted.at);
}

void Entities::forget(const EntityId& id) {
  if (const auto* run_id = std::get_if<std::int64_t>(&id)) {
    auto live = runs_.find(*run_id);
    if (live == runs_.end()) return;
    arrays_.remove(*run_id);
    tally_.remove(live->second.run);
    runs_.erase(live);
  } else {
    data_sets_.erase(std::get<std::string>(id));
  }
}

// ---- a transaction

TrainingRun& Entities::run_in(Transaction& transaction, std::int64_t run_id) {
  auto found = transaction.runs.find(run_id);
  if (found != transaction.runs.end()) return found->second;
  const LiveRun* live = find_run(run_id);
  TrainingRun run = live != nullptr ? live->run : ledger_.find_run(run_id).value();
  return transaction.runs.emplace(run_id, std::move(run)).first->second;
}

DataSet& Entities::data_set_in(Transaction& transaction, const std::string& digest) {
  auto found = transaction.data_sets.find(digest);
  if (found != transaction.data_sets.end()) return found->second;
  auto live = data_sets_.find(digest);
  DataSet data_set = live != data_sets_.end() ? live->second.data_set : ledger_.find_data_set(digest).value();
  return transaction.data_sets.emplace(digest, std::move(data_set)).first->second;
}

// Returns the change and those that must be in the same transaction.
Changes Entities::with_consequences(Transaction& transaction, const Change& change) {
  return std::visit([&](const auto& known) { return with_consequences(transaction, known); }, change);
}

// With the end of a job, its usage is recorded. With the retry of a run that misses its data on scratch, it
// is recorded that the data set is wanted again.
Changes Entities::with_consequences(Transaction& transaction, const RunChange& change) {
  Changes all;
  if (const auto* ended = std::get_if<event::Ended>(&change.event)) {
    std::optional<Sighting> seen;
    if (const LiveRun* live = find_run(change.run_id)) {
      auto sighting = live->sightings.find(ended->job.key);
      if (sighting != live->sightings.end()) seen = sighting->second;
    }
    for (RunEvent& event : end_and_use(run_in(transaction, change.run_id), *ended, seen))
      all.emplace_back(RunChange{change.run_id, std::move(event)});
    return all;
  }
  all.emplace_back(change);
  const auto* retried = std::get_if<event::Retried>(&change.event);
  if (retried == nullptr || !retried->data_missing) return all;
  const std::string& digest = run_in(transaction, change.run_id).dataset_digest;
  if (!data_sets_.contains(digest)) return all;
  const DataSet& data_set = data_set_in(transaction, digest);
  if (data_set.state == DataSetState::ready) all.emplace_back(DataSetChange{digest, wanted_again(data_set)});
  return all;
}

// With the end of a data set that a run has named while it was being removed, it is recorded that the data
// set is wanted again.
Changes Entities::with_consequences(Transaction& transaction, const DataSetChange& change) {
  Changes all{change};
  if (std::holds_alternative<event::Evicted>(change.event) && tally_.is_named(change.digest))
    all.emplace_back(DataSetChange{change.digest, wanted_again(data_set_in(transaction, change.digest))});
  return all;
}

void Entities::append(Transaction& transaction, const RunChange& change) {
  TrainingRun& run = run_in(transaction, change.run_id);
  apply_event(run, change.event);
  ledger_.append(run, change.event);
  transaction.events.push_back(
      {run.id, run.attempts.size(), name_of(change.event), to_string(shown_state(run))});
}

void Entities::append(Transaction& transaction, const DataSetChange& change) {
  DataSet& data_set = data_set_in(transaction, change.digest);
  apply_event(data_set, change.event);
  ledger_.append(data_set, change.event);
  transaction.events.push_back({change.digest, static_cast<std::size_t>(data_set.attempts),
                                name_of(change.event), to_string(data_set.state)});
}

void Entities::append(Transaction& transaction, const Changes& changes) {
  for (const Change& change : changes)
    for (Change& each : with_consequences(transaction, change)) {
      std::visit([&](const auto& known) { append(transaction, known); }, each);
      transaction.changes.push_back(std::move(each));
    }
}

// Drops what polls have noted about an entity that has changed now, because it is out of date.
void Entities::forget_what_was_seen(LiveEntity& live) const {
  live.seen_from = polls_begun_ + 1;
  live.missing_since.reset();
  live.circumstances.seen = {};
  live.again.stop();  // the step to be tried again might no longer be due
}

void Entities::take_over(TrainingRun after) {
  LiveRun* live = find_run(after.id);
  if (live == nullptr) return;
  tally_.remove(live->run);
  live->run = std::move(after);
  tally_.add(live->run);
  arrays_.update(live->run);
  if (live->run.ended_at) note_use(live->run.dataset_digest, *live->run.ended_at);
  forget_what_was_seen(*live);
  for (const EntityJob& job : live->jobs())
    if (job.has_ended) live->sightings.erase(job.key);
}

void Entities::take_over(DataSet after) {
  auto live = data_sets_.find(after.digest);
  if (live == data_sets_.end()) return;
  live->second.data_set = std::move(after);
  forget_what_was_seen(live->second);
}

void Entities::take_over(Transaction& transaction) {
  for (auto& [run_id, run] : transaction.runs) take_over(std::move(run));
  for (auto& [digest, data_set] : transaction.data_sets) take_over(std::move(data_set));
  for (const RecordedEvent& event : transaction.events)
    tell("{} attempt={} event={} state={}", to_string(event.entity), event.attempt, event.name, event.state);
}

// Logs that changes could not be recorded, and puts their entities in doubt, so that the entities' jobs are
// looked up in the scheduler before they are submitted again. The entities themselves have not changed, so
// the same step stays due.
void Entities::note_failure(const Changes& changes, const std::string& reason) {
  for (const Change& change : changes) {
    EntityId id = entity_of(change);
    log_error("{} event={} not_recorded: {}", to_string(id), name_of(change), reason);
    if (LiveEntity* live = find(id)) live->circumstances.doubt = now();
  }
}

bool Entities::note_resubmission() {
  try {
    ledger_.note_resubmission(now());
    return true;
  } catch (const Error& e) {
    log_error("event=resubmission not_recorded: {}", e.what());
    return false;
  }
}

// ---- recording

Changes Entities::write(const Changes& changes) {
  Transaction transaction;
  ledger_.together([&] { append(transaction, changes); });
  take_over(transaction);
  return std::move(transaction.changes);
}

void Entities::follow_later(Changes recorded) {
  post([this, recorded = std::move(recorded)] {
    if (follow_) follow_(recorded);
  });
}

void Entities::record_or_throw(const Changes& changes) { follow_later(write(changes)); }

bool Entities::record(const Changes& changes) {
  if (changes.empty()) return true;
  try {
    record_or_throw(changes);
    return true;
  } catch (const Error& e) {
    note_failure(changes, e.what());
    return false;
  }
}

void Entities::record_soon(Changes changes, std::function<void(bool)> recorded) {
  if (changes.size() > most_changes_together) return record_in_pieces(changes, recorded);
  record_together_soon(std::move(changes), std::move(recorded));
}

void Entities::record_together_soon(Changes changes, std::function<void(bool)> recorded) {
  hold_or_release(changes, 1);
  pending_.push_back({std::move(changes), std::move(recorded)});
  if (pending_.size() == 1) post([this] { record_pending(); });
}

void Entities::hold_or_release(const Changes& changes, int hold) {
  for (const Change& change : changes)
    if (LiveEntity* live = find(entity_of(change))) live->changes_pending += hold;
}

// Records the changes in several transactions. No step of these entities begins before the last one, because
// the tasks of an array are submitted together.
void Entities::record_in_pieces(const Changes& changes, const std::function<void(bool)>& recorded) {
  struct Pieces {
    Changes all;
    std::function<void(bool)> recorded;
    std::size_t left = 0;
    bool are_recorded = true;
  };
  hold_or_release(changes, 1);
  const std::vector<Changes> pieces = pieces_of(changes);
  auto state = std::make_shared<Pieces>(Pieces{changes, recorded, pieces.size()});
  for (const Changes& piece : pieces)
    record_together_soon(piece, [this, state](bool is_recorded) {
      state->are_recorded = state->are_recorded && is_recorded;
      if (--state->left > 0) return;
      hold_or_release(state->all, -1);
      state->recorded(state->are_recorded);
      follow_later(std::move(state->all));
    });
}

// Records the changes of several record_soon() calls in one transaction. If this fails, records the changes
// of each call in a transaction of their own, so that a change that cannot be recorded does not hold back the
// others.
void Entities::record_pending() {
  if (ledger_.is_checkpoint_under_way())
    return ledger_.after_checkpoint([this] { post([this] { record_pending(); }); });
  std::size_t count = 0;
  std::vector<Pending> together;
  while (together.size() < pending_.size() && count < most_changes_together) {
    Pending& next = pending_[together.size()];
    count += next.changes.size();
    together.push_back(std::move(next));
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(together.size()));
  if (!pending_.empty()) post([this] { record_pending(); });
  for (const Pending& each : together) hold_or_release(each.changes, -1);
  Changes all;
  for (const Pending& each : together) all.insert(all.end(), each.changes.begin(), each.changes.end());
  try {
    Changes recorded = write(all);
    for (Pending& each : together) answer(each, true);
    follow_later(std::move(recorded));
  } catch (const Error& e) {
    if (together.size() == 1) note_failure(all, e.what());
    for (Pending& each : together) answer(each, together.size() > 1 && record(each.changes));
  }
}

void Entities::answer(const Pending& pending, bool is_recorded) {
  post([recorded = pending.recorded, is_recorded] { recorded(is_recorded); });
}

}  // namespace trainyard
