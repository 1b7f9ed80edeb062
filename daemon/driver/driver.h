// Driver: moves runs and data sets on. It owns them, records every event before it acts on it, asks what is
// due (run/next_step) and has it done (steps/) on the scheduler lane. All calls on the loop.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/base/loop.h"
#include "daemon/base/workers.h"
#include "daemon/ledger/ledger.h"
#include "daemon/run/admission.h"
#include "daemon/run/next_step.h"
#include "daemon/steps/steps.h"

namespace trainyard {

struct DriverSettings {
  Plans plans;
  std::chrono::milliseconds poll_interval{2000};
  int max_jobs_in_slurm = 5000;
  std::chrono::seconds keep_runs{30 * 86400};  // how long after its end a run's directory stays
  std::int64_t cache_bytes = 0;                // of data sets on scratch; 0: no limit
};

// What POST /v1/runs asks for, the manifests already read.
struct SubmitRequest {
  Owner owner;
  Submission submission;
  std::vector<Manifest> manifests;
  std::string code_digest;  // empty: none
  bool dry_run = false;
};

struct SubmitAnswer {
  std::vector<std::int64_t> run_ids;  // empty for a dry run
  bool repeated = false;              // the same client id had been accepted before
  int runs = 0, jobs = 0, gpus = 0;   // of all runs together
  struct DataSetPlan {
    std::string source, digest;
    std::string state;            // "ready", "staging", "wanted", "new"
    std::int64_t size_bytes = 0;  // of the objects
  };
  std::vector<DataSetPlan> data_sets;
  std::string plan;
  int plan_gpus = 0, plan_gpus_in_use = 0;  // 0 where there are no plans
};

class Driver {
 public:
  Driver(Loop& loop, Workers& lane, Workers& io, Ledger& ledger, Steps& steps, DriverSettings settings);

  // Loads what lives from the ledger and goes on with it; throws what the ledger throws.
  void recover();

  // New plans, intervals and limits, from SIGHUP on.
  void reconfigure(DriverSettings settings);

  // Lists the sources as the user on an I/O worker, then accepts all runs or none and answers once, on the
  // loop. Failure: an Error in the exception_ptr.
  void submit(SubmitRequest request, std::function<void(SubmitAnswer)> answer,
              std::function<void(std::exception_ptr)> failed);

  // Error{not_found}; a run that is over stays as it is.
  void cancel(std::int64_t run_id, const std::string& by);

  // Live ones from memory, ended ones from the ledger.
  std::optional<TrainingRun> find_run(std::int64_t run_id) const;
  std::vector<TrainingRun> list(const RunFilter& filter) const;
  ShownState shown_state(const TrainingRun& run) const;

  // Why it waits, in a scientist's words; empty when it does not. Plan, data, or the scheduler's reason.
  std::string waiting_reason(const TrainingRun& run) const;

  // While drained nothing new is admitted; survives a restart.
  void set_drained(bool drained);
  bool drained() const { return drained_; }

  struct Status {
    std::map<std::string, int> runs;          // live ones by shown state
    std::map<std::string, int> data_sets;     // by state
    std::map<std::string, PlanUse> plan_use;  // "free, user ada" → GPUs in use
    std::string scheduler;                    // "Slurm 22.05.8, cluster yard"; empty until it answered
    std::string scheduler_trouble;            // empty when the last call succeeded
    std::optional<UtcSeconds> polled_at;
    std::int64_t events = 0;
  };
  Status status() const;

  // Called after every recorded event, on the loop: the log line, and tests.
  void on_event(std::function<void(const std::string& line)> observer);

 private:
  struct Pending;  // one step under way or due later
  // … (driver.cc)
  Loop& loop_;
  Workers& lane_;
  Workers& io_;
  Ledger& ledger_;
  Steps& steps_;
  DriverSettings settings_;
  bool drained_ = false;
};

}  // namespace trainyard
