#include "daemon/run/next_step.h"

#include <algorithm>
#include <array>

namespace trainyard {
namespace {

constexpr std::array step_names{"find",      "submit",   "release",  "cancel", "abandon",
                                "give_back", "give_way", "find_end", "settle", "collect_results",
                                "stage",     "inspect",  "evict"};

// Returns the step of a run whose results are being stored: collect_results if the store job has ended,
// cancel if it will never start, else none.
std::optional<Step> step_of_storing(const TrainingRun& run, const Circumstances::Seen& seen) {
  if (!has_live_store_job(run)) return Step::collect_results;
  return seen.store_waits_in_vain ? std::optional(Step::cancel) : std::nullopt;
}

}  // namespace

const char* to_string(Step step) { return step_names.at(static_cast<std::size_t>(step)); }

std::optional<Step> next_step(const TrainingRun& run, const Circumstances& circumstances) {
  if (run.is_of_newer_release) return std::nullopt;
  const Circumstances::Seen& seen = circumstances.seen;
  if (run.cancel_requested && occupies_plan(run.state)) {
    // The train job might be in the scheduler without an event; abandon looks it up by its token.
    if (run.state == RunState::admitted) return Step::abandon;
    return Step::cancel;
  }
  if (run.store_cancel_requested && has_live_store_job(run)) return Step::cancel;
  switch (run.state) {
    case RunState::admitted:
      return circumstances.doubt ? Step::find : Step::submit;
    case RunState::submitted:
      if (circumstances.files_are_silent) return Step::give_back;
      return seen.gives_way ? Step::give_way : Step::release;
    case RunState::ended:
      return Step::settle;
    case RunState::storing:
      return step_of_storing(run, seen);
    case RunState::released:  // waits for the poll
    case RunState::running:
      return seen.is_behind || seen.may_be_over ? std::optional(Step::find_end) : std::nullopt;
    case RunState::queued:  // waits for admission
    case RunState::completed:
    case RunState::failed:
    case RunState::cancelled:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Step> next_step(const DataSet& data_set, const Circumstances& circumstances) {
  if (data_set.is_of_newer_release) return std::nullopt;
  if (data_set.state == DataSetState::wanted) return Step::stage;
  if (data_set.state == DataSetState::staging && circumstances.seen.stage_job_end) return Step::inspect;
  if (data_set.state == DataSetState::evicting) return Step::evict;
  return std::nullopt;
}

std::chrono::seconds delay_after(int tries) {
  return std::chrono::seconds(std::min(300, 1 << std::clamp(tries, 1, 9)));
}

}  // namespace trainyard
