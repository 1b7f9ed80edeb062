// Waits: finds the reason why each run waits, and records long waits in the history of the run. Used on the
// loop.
#pragma once
#include <cstddef>
#include <optional>

#include "daemon/base/sliced_work.h"
#include "daemon/driver/admitter.h"
#include "daemon/driver/entities.h"
#include "daemon/driver/poller.h"
#include "daemon/driver/settings.h"

namespace trainyard {

class Waits {
 public:
  Waits(Loop& loop, Entities& entities, const Admitter& admitter, const Poller& poller,
        const DriverSettings& settings)
      : entities_(entities), admitter_(admitter), poller_(poller), settings_(settings), noting_(loop) {}

  WaitingFor waiting_for(const TrainingRun& run) const;

  // Returns the scheduler's forecast of the start of the run's pending train job; unset where there is none.
  std::optional<UtcSeconds> expected_start(const TrainingRun& run) const;

  // Records the waits that have lasted for DriverSettings::noted_waits or longer. To be called after a poll;
  // works in slices.
  void note_all();

 private:
  void note(LiveRun& live);
  const JobStatus* shown_train_job(const TrainingRun& run) const;
  bool waits_as_noted(const LiveRun& live) const;
  bool is_to_be_noted(const LiveRun& live, const std::string& waits_for) const;

  Entities& entities_;
  const Admitter& admitter_;
  const Poller& poller_;
  const DriverSettings& settings_;
  SlicedWork noting_;
  std::size_t notes_ = 0;  // number of waits recorded since note_all() began
};

}  // namespace trainyard
