// Admitter: decides which queued runs begin, and what the others wait for. A long queue is looked through in
// slices. On the loop.
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

  // Something has changed that admission depends on.
  void admit_soon();
  // The plans or the limits have changed: what the look at the queue under way has found does not count.
  void look_anew();

  // While drained nothing new is admitted.
  void set_drained(bool drained);
  bool drained() const { return drained_; }

  // The reason why this queued run was not admitted.
  const WaitingFor& waiting_for(std::int64_t run_id) const;

 private:
  struct Look;  // at the queue: who is ready, then who of them may begin
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
  std::unique_ptr<Look> look_;      // under way
  SlicedWork slices_;               // of it
  bool has_changed_ = false;        // since it began
  QueueWaits waiting_;              // of runs that the last look left in the queue
  QueueWaits not_ready_;            // of those that were held back before
  bool more_may_begin_ = false;     // than the last look has admitted
  std::size_t being_recorded_ = 0;  // arrays, and runs that are in none
  Loop::Watch timer_;
  std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace trainyard
