// Site: a ledger and scratch in a temporary folder, a scheduler in memory, and a driver on its loop that may
// die and come back. Everything runs as whoever runs the test.
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
  explicit Site(DriverSettings settings = {});
  ~Site();

  // A driver on the same ledger, scheduler and scratch; the old one and its loop are gone, as in a crash.
  void restart();
  // The driver dies as the n-th event from now on is recorded. At once, or after the work in its lane is done
  // but before anything came of it.
  enum class Death { at_once, after_its_work };
  void die_at_event(int n, Death death);
  bool alive() const { return alive_; }
  int deaths() const { return deaths_; }

  // Runs the loop until `reached`; false after ten seconds, or when the driver died on the way.
  bool run_until(std::function<bool()> reached);
  bool run_until_state(std::int64_t run_id, RunState state);
  void run_for(std::chrono::milliseconds time);

  // The runs' numbers; none when the driver died first. Throws what the driver answers.
  std::vector<std::int64_t> submit(std::vector<Manifest> manifests, const std::string& client_id = "c1");
  // The request that submit() sends to the driver.
  static SubmitRequest request(std::vector<Manifest> manifests, const std::string& client_id = "c1");

  // What the agent leaves behind, written as it writes it.
  void leave_exit_evidence(std::int64_t run_id, int exit_code, int signal = 0);
  void leave_store_evidence(std::int64_t run_id, bool ok = true);
  void leave_stage_evidence(const std::string& digest, bool ok, const std::string& message = "");

  // The train job of the run starts and ends; the store job likewise. Evidence first.
  void train(std::int64_t run_id, int exit_code = 0);
  void store(std::int64_t run_id);

  // The end of the token of a run's job, as FakeScheduler wants it.
  static std::string job(std::int64_t run_id, const char* role, int attempt = 1);
  // The same of the last attempt, in an array or not.
  std::string job_of(std::int64_t run_id, JobRole role);
  int jobs_submitted(const std::string& token_end) const;

  // As housekeeping does when its time is over.
  void remove_directory(std::int64_t run_id);

  Driver& driver();
  Ledger& ledger();
  TrainingRun run(std::int64_t run_id) { return driver().find_run(run_id).value(); }
  FakeScheduler& scheduler() { return scheduler_; }
  LocalUsers& users() { return users_; }
  std::string scratch() const;  // of whoever runs the test
  std::string file(const std::string& name) const { return folder_.file(name); }

 private:
  struct Daemon;
  void observe();
  std::string attempt_file(std::int64_t run_id, const char* name) const;

  TemporaryDirectory folder_;
  FakeScheduler scheduler_;
  LocalUsers users_;
  DriverSettings settings_;
  std::unique_ptr<Daemon> daemon_;
  int events_until_death_ = 0;
  Death death_ = Death::at_once;
  bool alive_ = true;
  int deaths_ = 0;
};

// A run on one GPU that needs no data.
Manifest one_gpu(const std::string& name = "digits");

}  // namespace trainyard::testing
