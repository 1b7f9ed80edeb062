// Site: a ledger and scratch in a temporary folder, a scheduler in memory, and a driver on its loop that can
// die and be started again. Everything runs as the user who runs the test.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/driver/driver.h"
#include "tests/fakes/fake_scheduler.h"
#include "tests/fakes/local_users.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard::testing {

class Site {
 public:
  explicit Site(DriverSettings settings = {}, Stores stores = {});
  ~Site();

  // Starts a driver on the same ledger, scheduler and scratch. The old driver and its loop are gone, as after
  // a crash.
  void restart();
  // Has the driver die when the n-th event from now on is recorded: at once, or after the work in its lanes
  // is done, whose results are lost.
  enum class Death { at_once, after_its_work };
  void die_at_event(int n, Death death);
  bool alive() const { return alive_; }
  int deaths() const { return deaths_; }

  // Runs the loop until `reached` returns true. Returns false after a minute, or when the driver died before.
  bool run_until(std::function<bool()> reached);
  bool run_until_state(std::int64_t run_id, RunState state);
  void run_for(std::chrono::milliseconds time);

  // Submits the manifests and returns the ids of the runs; none if the driver died first. Throws the error
  // that the driver answers.
  std::vector<std::int64_t> submit(std::vector<Manifest> manifests, const std::string& client_id = "c1");
  // Returns the request that submit() sends to the driver.
  static SubmitRequest request(std::vector<Manifest> manifests, const std::string& client_id = "c1");

  // Write evidence as the agent would leave it behind.
  void leave_exit_evidence(std::int64_t run_id, int exit_code, int signal = 0);
  void leave_store_evidence(std::int64_t run_id, bool ok = true);
  void leave_stage_evidence(const std::string& digest, bool ok, const std::string& message = "");
  void leave_evidence(std::int64_t run_id, const StoreEvidence& evidence);
  void leave_evidence(const std::string& digest, const StageEvidence& evidence);

  // Leaves evidence that the data set is complete, then has its stage job start and end. Returns false if the
  // data set is not ready after that.
  bool stage(const std::string& digest);
  // Leaves this evidence, then has the stage job of the data set start and end.
  void end_staging(const std::string& digest, const StageEvidence& evidence);

  // Write the evidence, then have the train job, or the store job, of the run start and end.
  void train(std::int64_t run_id, int exit_code = 0);
  void store(std::int64_t run_id);

  // Returns the end of the token of a run's job, as FakeScheduler takes it.
  static std::string job(std::int64_t run_id, const char* role, int attempt = 1);
  // The same for the last attempt of the run, in an array or not.
  std::string job_of(std::int64_t run_id, JobRole role);
  int jobs_submitted(const std::string& token_end) const;

  // Removes the directory of the run, as housekeeping does for old runs.
  void remove_directory(std::int64_t run_id);

  Driver& driver();
  Ledger& ledger();
  TrainingRun run(std::int64_t run_id) { return driver().find_run(run_id).value(); }
  FakeScheduler& scheduler() { return scheduler_; }
  LocalUsers& users() { return users_; }
  std::string scratch() const;  // of the user who runs the test
  std::string file(const std::string& name) const { return folder_.file(name); }

 private:
  struct Daemon;
  void observe();
  std::string attempt_file(std::int64_t run_id, const char* name) const;

  TemporaryDirectory folder_;
  FakeScheduler scheduler_;
  LocalUsers users_;
  DriverSettings settings_;
  Stores stores_;
  std::unique_ptr<Daemon> daemon_;
  int events_until_death_ = 0;
  Death death_ = Death::at_once;
  bool alive_ = true;
  int deaths_ = 0;
};

// The manifest of a run on one GPU that needs no data.
Manifest one_gpu(const std::string& name = "digits");
// The same with the data of a CSV file, which this function writes.
Manifest with_data(const Site& site, const std::string& file = "digits.csv");

}  // namespace trainyard::testing
