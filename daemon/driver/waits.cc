#include "daemon/driver/waits.h"

#include <utility>

#include "daemon/driver/walk.h"

namespace trainyard {
namespace {

// The most waits that are recorded after one poll. The waits of a long queue are recorded over several polls.
constexpr std::size_t most_notes = 500;

WaitingFor on_its_way(const std::string& trouble) {
  return {trouble.empty() ? "submission" : "scheduler",
          trouble.empty() ? "on its way into Slurm" : "on its way into Slurm: " + trouble};
}

// Returns true if the data set is not staged before its owner adds keys of its store.
bool waits_for_credentials(const LiveDataSet& live) {
  if (live.data_set.state != DataSetState::wanted) return false;
  return live.needs_credentials || (live.trouble.empty() && live.data_set.waits_for_credentials_since);
}

// What a run waits for whose data set is not ready.
WaitingFor arriving(const LiveDataSet& live) {
  const std::string& reason = live.data_set.reason;
  if (waits_for_credentials(live))
    return {"credentials",
            "its data set cannot be staged yet: " + (live.trouble.empty() ? reason : live.trouble)};
  if (live.data_set.state == DataSetState::wanted && !live.trouble.empty())
    return {"data", "its data set cannot be staged yet: " + live.trouble};
  return {"data",
          reason.empty() ? "its data set is being staged" : "its data set is staged again: " + reason};
}

}  // namespace

const JobStatus* Waits::shown_train_job(const TrainingRun& run) const {
  return poller_.snapshot().find(run.attempt()->train->key);
}

WaitingFor Waits::waiting_for(const TrainingRun& run) const {
  if (run.is_of_newer_release)
    return {"release", "a newer release of trainyardd has begun something with it: this one leaves it alone"};
  switch (run.state) {
    case RunState::queued: {
      const WaitingFor& waiting = admitter_.waiting_for(run.id);
      const LiveDataSet* data = waiting.what == "data" ? entities_.live_data_set_of(run) : nullptr;
      const bool knows_more = data != nullptr && (!data->trouble.empty() || waits_for_credentials(*data));
      return knows_more ? arriving(*data) : waiting;
    }
    case RunState::admitted:
    case RunState::submitted: {
      const LiveRun* live = entities_.find_run(run.id);
      return on_its_way(live == nullptr ? "" : live->trouble);
    }
    case RunState::released: {
      const LiveDataSet* data = entities_.live_data_set_of(run);
      if (data != nullptr && data->data_set.state != DataSetState::ready) return arriving(*data);
      const JobStatus* job = shown_train_job(run);
      return waiting_in_scheduler(job == nullptr ? "" : job->reason);
    }
    case RunState::running:
      if (run.attempt()->suspended_since)
        return {"suspended", "its job is suspended since " + format_utc(*run.attempt()->suspended_since)};
      return {};
    case RunState::ended:
    case RunState::storing: {
      const LiveRun* live = entities_.find_run(run.id);
      if (live == nullptr || live->trouble.empty()) return {};
      if (live->needs_credentials)
        return {"credentials", "its results cannot be stored yet: " + live->trouble};
      return {"end", "what became of it cannot be found out yet: " + live->trouble};
    }
    default:
      return {};
  }
}

std::optional<UtcSeconds> Waits::expected_start(const TrainingRun& run) const {
  if (run.state != RunState::released) return std::nullopt;
  const JobStatus* job = shown_train_job(run);
  return job == nullptr ? std::nullopt : job->expected_start;
}

// Returns true if this wait of the run must be recorded: it has lasted for DriverSettings::noted_waits or
// longer, and its reason differs from that of the last wait in the run's history (is_same_wait()). A
// suspension is not recorded as a wait, because it has events of its own.
bool Waits::is_to_be_noted(const LiveRun& live, const std::string& waits_for) const {
  return live.run.state != RunState::running && !waits_for.empty() &&
         !is_same_wait(live.run.waits_for, waits_for) && live.changes_pending == 0 &&
         now() >= live.waits_since + settings_.noted_waits;
}

// Does nothing if the call after the previous poll is still at work.
void Waits::note_all() {
  if (noting_.is_under_way()) return;
  notes_ = 0;
  noting_.begin(
      [this, all = RunWalk(entities_.runs())]() mutable {
        return all.next(walked_together, [this](LiveRun& live) { note(live); });
      },
      [] {});
}

void Waits::note(LiveRun& live) {
  if (live.run.state == RunState::running || waits_as_noted(live)) return;
  WaitingFor waiting = waiting_for(live.run);
  if (!is_same_wait(live.waits_for, waiting.what)) live.waits_since = now();
  live.waits_for = waiting.what;
  if (notes_ >= most_notes || !is_to_be_noted(live, waiting.what)) return;
  ++notes_;
  entities_.record_soon({RunChange{live.run.id, event::Waiting{live.waits_since, std::move(waiting)}}},
                        [](bool) {});
}

// Returns true if the run certainly still waits for the reason of the last wait in its history. A quick
// check, which saves waiting_for() for most runs of a long queue at most polls.
bool Waits::waits_as_noted(const LiveRun& live) const {
  if (live.waits_for != live.run.waits_for) return false;
  if (live.run.state == RunState::queued) {
    const LiveDataSet* data = entities_.live_data_set_of(live.run);
    return admitter_.waiting_for(live.run.id).what == live.waits_for &&
           !(data != nullptr && waits_for_credentials(*data));
  }
  if (live.run.state != RunState::released || !entities_.is_data_ready(live.run.dataset_digest)) return false;
  const JobStatus* job = shown_train_job(live.run);
  return job != nullptr && job->reason == live.waits_for;
}

}  // namespace trainyard
