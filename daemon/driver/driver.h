// Driver: owns the parts that take runs and data sets through their steps, starts the step that follows from
// each recorded change, and gives the API information about live runs and data sets. All functions must be
// called on the loop.
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
#include "daemon/driver/data_set_cache.h"
#include "daemon/driver/entities.h"
#include "daemon/driver/housekeeping.h"
#include "daemon/driver/late_use.h"
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
  // `lane`: one thread, which reads the scheduler. `lanes`: two for each user, for the steps of his runs.
  Driver(Loop& loop, Workers& lane, Lanes& lanes, Ledger& ledger, Steps& steps, DriverSettings settings);

  // Stops the lanes, because the work in them uses this object.
  ~Driver();

  // Loads the live runs and data sets from the ledger and continues their steps. Throws the errors of the
  // ledger.
  void recover();

  // Applies new plans, intervals and limits. Called on SIGHUP.
  void reconfigure(DriverSettings settings);

  Acceptance& acceptance() { return acceptance_; }
  DataSetCache& cache() { return cache_; }

  // Records that the run is to be cancelled. A run that is over stays as it is. Throws Error{not_found} when
  // there is no such run, Error{unavailable} when the ledger cannot be written.
  void cancel(std::int64_t run_id, const std::string& by);

  // Return a run or a data set; nullopt if there is none with this id. Live ones are found in memory, ended
  // ones in the ledger.
  std::optional<TrainingRun> find_run(std::int64_t run_id) const;
  std::optional<DataSet> find_data_set(const std::string& digest) const;
  std::size_t live_runs() const { return entities_.runs().size(); }
  ShownState shown_state(const TrainingRun& run) const { return entities_.shown_state(run); }
  const Waits& waits() const { return waits_; }
  const std::map<std::string, LiveDataSet>& data_sets() const { return entities_.data_sets(); }
  const std::set<std::int64_t>& runs_naming(const std::string& digest) const {
    return entities_.tally().runs_naming(digest);
  }

  // While the daemon is drained, no run is admitted. The setting survives a restart.
  void set_drained(bool drained);
  bool drained() const { return admitter_.drained(); }

  struct Status {
    std::map<std::string, int> runs;          // number of live runs by shown state
    std::map<std::string, int> data_sets;     // number of data sets by state
    std::map<std::string, PlanUse> plan_use;  // "free, user ada" → GPUs in use
    Poller::Status scheduler;
    std::string scheduler_trouble;               // empty when the last call succeeded
    std::chrono::milliseconds poll_interval{0};  // until the next poll
    std::int64_t events = 0;
    Loop::Stall longest_stall;
  };
  Status status() const;
  // Return the scheduler's name and its trouble: the two members of Status that every user may see.
  const std::string& scheduler_name() const { return poller_.status().name; }
  const std::string& scheduler_trouble() const { return trouble_.reason(); }

  // The number of one user's live runs by state, and the GPUs that these runs occupy.
  struct UserStatus {
    std::map<std::string, int> runs;    // number of runs by shown state
    std::map<std::string, int> in_use;  // GPUs by plan
  };
  UserStatus status_of(std::uint32_t uid) const;

  // Returns the digests of the code that this user's live runs name.
  std::set<std::string> code_in_use(std::uint32_t uid) const;

  // Changes the charge for a job of a live or ended run from `was` to `is`. Throws Error{invalid} when the
  // job is not charged as `was`.
  void correct(std::int64_t run_id, const Segment& was, const Segment& is, const std::string& reason);
  // Enters the usage of a job that slurmdbd has and the ledger lacks; see LateUse::enter().
  bool enter_use(const JobStatus& job, const Segment& segment, const std::string& reason);
  // Returns the jobs of live runs and data sets whose usage is not in the ledger yet.
  std::set<JobKey> uncharged_jobs() const;

  // To be called when the user's deputy for Slurm has ended. The deputy might have submitted jobs until now.
  // So the present time becomes the time of doubt (Circumstances::doubt) of those runs and data sets of the
  // user that are in doubt already.
  void deputy_is_gone(std::uint32_t uid);

  // Sets a function that is called on the loop after every recorded event. For tests.
  void on_event(std::function<void()> observer);

 private:
  void charge_what_an_earlier_release_left();
  void follow(const Changes& changes);
  void follow(const EntityId& id);
  void follow_in_cache(const Changes& changes);
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
  DataSetCache cache_;
  StepRunner step_runner_;
  LateUse late_use_;
  Poller poller_;
  Admitter admitter_;
  Waits waits_;
  Acceptance acceptance_;
  Housekeeping housekeeping_;
};

}  // namespace trainyard
