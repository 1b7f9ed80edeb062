// Admitter: decides which queued runs are admitted, and why the others wait. It examines all queued runs in
// one pass, which is called a look; a look is done in slices. Used on the loop.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/base/lanes.h"
#include "daemon/base/loop.h"
#include "daemon/base/sliced_work.h"
#include "daemon/driver/entities.h"
#include "daemon/driver/settings.h"
#include "daemon/driver/silent_files.h"
#include "daemon/driver/submit_limits.h"
#include "daemon/run/admission.h"
#include "daemon/steps/steps.h"

namespace trainyard {

class Admitter {
 public:
  Admitter(Loop& loop, Lanes& lanes, Steps& steps, Entities& entities, const SilentFiles& silent_files,
           const SubmitLimits& submit_limits, const DriverSettings& settings);
  ~Admitter();

  // Schedules a look at the queue. To be called after every change that can let a run be admitted.
  void admit_soon();
  // Stops the look that is under way, and schedules another one. To be called after the plans or other limits
  // have changed, because the stopped look used the old ones.
  void look_anew();

  // While the daemon is drained, no run is admitted.
  void set_drained(bool drained);
  bool drained() const { return drained_; }

  // The reason why this queued run was not admitted.
  const WaitingFor& waiting_for(std::int64_t run_id) const;

 private:
  struct Look;  // one pass through the queue: finds the ready runs, then admits some of them
  void look();
  bool look_further();
  bool sort_further();
  void sort(const LiveRun& live);
  void end_look();
  std::shared_ptr<const WaitingFor> what_holds_back(const TrainingRun& run) const;
  void fail_without_data(const LiveRun& live, const std::string& reason);
  void begin(std::vector<std::int64_t> run_ids);
  void recorded(const std::vector<EntityId>& ids, bool is_recorded);

  Loop& loop_;
  Lanes& lanes_;
  Steps& steps_;
  Entities& entities_;
  const SilentFiles& silent_files_;
  const SubmitLimits& submit_limits_;
  const DriverSettings& settings_;
  bool drained_ = false;
  std::unique_ptr<Look> look_;      // the look that is under way; null: none
  SlicedWork slices_;               // does the parts of that look
  bool has_changed_ = false;        // admit_soon() was called since the look began
  QueueWaits waiting_;              // of ready runs that the last look did not admit
  QueueWaits not_ready_;            // of runs that the last look found not ready
  bool more_may_begin_ = false;     // the last look left out runs beyond most_admitted_at_once
  std::size_t being_recorded_ = 0;  // number of arrays, and of runs that are in no array
  Loop::Watch timer_;
  std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace trainyard
