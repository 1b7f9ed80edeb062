// Driver: moves runs and data sets on. Puts the parts together that do so, lets follow from each change what
// it means for others, and answers what the API asks of what lives. All calls on the loop.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "daemon/base/lanes.h"
#include "daemon/base/loop.h"
#include "daemon/base/workers.h"
#include "daemon/driver/acceptance.h"
#include "daemon/driver/admitter.h"
#include "daemon/driver/entities.h"
#include "daemon/driver/housekeeping.h"
#include "daemon/driver/poller.h"
#include "daemon/driver/settings.h"
#include "daemon/driver/silent_files.h"
#include "daemon/driver/step_runner.h"
#include "daemon/driver/submit_limits.h"
#include "daemon/driver/waits.h"
#include "daemon/ledger/ledger.h"
#include "daemon/steps/steps.h"

namespace trainyard {

class Driver {
 public:
  // `lane`: of one thread, for reading the scheduler. `lanes`: two for each user, for his steps.
  Driver(Loop& loop, Workers& lane, Lanes& lanes, Ledger& ledger, Steps& steps, DriverSettings settings);

  // Stops the lanes: what they do refers to this.
  ~Driver();

  // Loads what lives from the ledger and goes on with it; throws what the ledger throws.
  void recover();

  // New plans, intervals and limits, from SIGHUP on.
  void reconfigure(DriverSettings settings);

  Acceptance& acceptance() { return acceptance_; }

  // Error{not_found}; a run that is over stays as it is. Error{unavailable}: the ledger cannot be written.
  void cancel(std::int64_t run_id, const std::string& by);

  // Live ones from memory, ended ones from the ledger.
  std::optional<TrainingRun> find_run(std::int64_t run_id) const;
  std::optional<DataSet> find_data_set(const std::string& digest) const;
  std::size_t live_runs() const { return entities_.runs().size(); }
  ShownState shown_state(const TrainingRun& run) const { return entities_.shown_state(run); }
  const Waits& waits() const { return waits_; }

  // While drained nothing new is admitted; survives a restart.
  void set_drained(bool drained);
  bool drained() const { return admitter_.drained(); }

  struct Status {
    std::map<std::string, int> runs;          // live ones by shown state
    std::map<std::string, int> data_sets;     // by state
    std::map<std::string, PlanUse> plan_use;  // "free, user ada" → GPUs in use
    Poller::Status scheduler;
    std::string scheduler_trouble;               // empty when the last call succeeded
    std::chrono::milliseconds poll_interval{0};  // until the next poll
    std::int64_t events = 0;
    Loop::Stall longest_stall;
  };
  Status status() const;

  // What one user's live runs are doing and hold.
  struct UserStatus {
    std::map<std::string, int> runs;    // by shown state
    std::map<std::string, int> in_use;  // GPUs by plan
  };
  UserStatus status_of(std::uint32_t uid) const;

  // The digests of the code that this user's live runs name.
  std::set<std::string> code_in_use(std::uint32_t uid) const;

  // Charges a job of a run, live or ended, otherwise. Error{invalid}: it is not charged as it `was`.
  void correct(std::int64_t run_id, const Segment& was, const Segment& is, const std::string& reason);
  // Enters what a job of a run, live or ended, used, which is not in the ledger. False: it is there by now.
  bool enter_use(std::int64_t run_id, const event::Used& used);
  // The same of a stage job.
  bool enter_use(const std::string& digest, const event::Used& used);
  // Jobs whose uses are still to come.
  std::set<JobKey> uncharged_jobs() const;

  // A deputy of that user for Slurm is gone: what it may have sent, it has sent by now.
  void deputy_is_gone(std::uint32_t uid);

  // Called after every recorded event, on the loop: for tests.
  void on_event(std::function<void(const std::string& line)> observer);

 private:
  void charge_what_an_earlier_release_left();
  void follow(const Changes& changes);
  void follow(const EntityId& id);
  void after_poll();
  RunTally::IsReady data_is_ready() const;

  Loop& loop_;
  Workers& lane_;
  Lanes& lanes_;
  Ledger& ledger_;
  DriverSettings settings_;
  SchedulerTrouble trouble_;
  Entities entities_;
  SilentFiles silent_files_;
  SubmitLimits submit_limits_;
  StepRunner step_runner_;
  Poller poller_;
  Admitter admitter_;
  Waits waits_;
  Acceptance acceptance_;
  Housekeeping housekeeping_;
};

}  // namespace trainyard
