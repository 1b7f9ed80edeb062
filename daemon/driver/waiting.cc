// What runs wait for: told at once to whoever asks, noted in their history when it lasts.
#include "daemon/driver/driver.h"

namespace trainyard {
namespace {

WaitingFor on_its_way(const std::string& trouble) {
  return {trouble.empty() ? "submission" : "scheduler",
          trouble.empty() ? "on its way into Slurm" : "on its way into Slurm: " + trouble};
}

WaitingFor arriving(const DataSet& data) {
  return {"data", data.reason.empty() ? "its data set is being staged"
                                      : "its data set is staged again: " + data.reason};
}

}  // namespace

WaitingFor Driver::waiting_for(const TrainingRun& run) const {
  switch (run.state) {
    case RunState::queued: {
      auto found = waiting_.find(run.id);
      return found != waiting_.end() ? found->second : WaitingFor{"admission", "to be admitted"};
    }
    case RunState::admitted:
    case RunState::submitted:
      return on_its_way(runs_.contains(run.id) ? runs_.at(run.id).trouble : "");
    case RunState::released: {
      const DataSet* data = known_data_set(run);
      if (data != nullptr && data->state != DataSetState::ready) return arriving(*data);
      auto job = snapshot_.find(run.attempt()->train->key);
      return waiting_in_scheduler(job == snapshot_.end() ? "" : job->second.reason);
    }
    case RunState::running:
      if (run.attempt()->suspended_since)
        return {"suspended", "its job is suspended since " + format_utc(*run.attempt()->suspended_since)};
      return {};
    case RunState::ended:
    case RunState::storing: {
      auto live = runs_.find(run.id);
      if (live == runs_.end() || live->second.trouble.empty()) return {};
      return {"end", "what became of it cannot be found out yet: " + live->second.trouble};
    }
    default:
      return {};
  }
}

std::optional<UtcSeconds> Driver::expected_start(const TrainingRun& run) const {
  if (run.state != RunState::released) return std::nullopt;
  auto job = snapshot_.find(run.attempt()->train->key);
  return job == snapshot_.end() ? std::nullopt : job->second.expected_start;
}

// A run that comes to wait for something else has a new line in its history; that the plan is used by others
// by now is nothing new.
void Driver::note_waits() {
  std::vector<std::pair<std::int64_t, RunEvent>> lasting;
  for (auto& [id, live] : runs_) {
    WaitingFor waiting = waiting_for(live.run);
    if (waiting.what != live.waits_for) {
      live.waits_for = waiting.what;
      live.waits_since = now();
    }
    // A suspension has events of its own.
    bool is_noted =
        live.run.state == RunState::running || waiting.what.empty() || waiting.what == live.run.waits_for;
    if (!is_noted && now() >= live.waits_since + settings_.noted_waits)
      lasting.emplace_back(id, event::Waiting{live.waits_since, waiting});
  }
  if (lasting.empty() || !record(lasting)) return;
  for (const auto& [id, event] : lasting) consider(id);
}

}  // namespace trainyard
