// A test's side of a real, private Slurm (in_sandbox): the module under test, jobs to submit, and what
// Slurm's own commands say about them.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plugins/scheduler.h"

namespace trainyard {

// The module's reader and actor, loaded once per process as the daemon and a deputy load them.
class SlurmModule {
 public:
  SlurmModule();

  std::string describe() { return reader_->describe(); }
  std::chrono::seconds message_timeout() { return reader_->message_timeout(); }
  int most_array_tasks() { return reader_->most_array_tasks(); }
  // Submits, and looks the job up for its key, as the daemon does.
  JobKey submit(const JobRequest& request);
  std::vector<JobStatus> find(const Token& token, std::uint32_t uid);
  void release(const JobKey& job, const Token& token);
  void cancel(const JobKey& job, const Token& token);
  std::optional<std::vector<JobStatus>> poll(const std::string& prefix) { return reader_->poll(prefix, {}); }
  std::optional<JobStatus> history(const JobKey& job) { return reader_->history(job); }
  std::vector<JobStatus> history_since(const std::string& prefix, UtcSeconds since) {
    return reader_->history_since(prefix, since);
  }
  std::vector<RefusedName> refused_names(const std::string& user, const JobNames& names) {
    return reader_->refused_names(user, {}, names);
  }
  std::vector<PlanDrift> plan_drift(const std::vector<PlanLimit>& plans) {
    return reader_->plan_drift(plans);
  }
  std::vector<PlanDrift> apply_plans(const std::vector<PlanLimit>& plans) {
    return actor_->apply_plans(plans);
  }
  std::string failed_nodes(const std::string& nodes) { return reader_->failed_nodes(nodes); }
  SchedulerReader& reader() { return *reader_; }
  SchedulerActor& actor() { return *actor_; }

 private:
  std::unique_ptr<SchedulerReader> reader_;
  std::unique_ptr<SchedulerActor> actor_;
};

class Slurm : public testing::Test {
 protected:
  static SlurmModule& scheduler();

  // A one-task job of the calling user with a token of its own, whose script is "#!/bin/sh" and `script`. It
  // runs in directory() and writes to output_of() it.
  JobRequest job(const std::string& script) const;

  // A directory that everybody may write to; gone after the test.
  std::string directory() const { return directory_; }
  std::string output_of(const JobRequest& request) const;

  // What poll() or find() says of it now; fails the test when it is not there.
  JobStatus status_of(const JobRequest& request) const;
  // Looks until the status is so, or fails the test after half a minute.
  JobStatus wait_until(const JobRequest& request, const std::function<bool(const JobStatus&)>& so) const;
  JobStatus wait_until_ended(const JobRequest& request) const;
  JobStatus wait_until_running(const JobRequest& request) const;

  void SetUp() override;
  void TearDown() override;

 private:
  std::string directory_;
};

// True as soon as `so` is; false after half a minute.
bool comes_true(const std::function<bool()>& so);

// What a shell command prints; throws when it fails.
std::string output_of_command(const std::string& command);

// Stops, starts … a daemon of the sandbox: fault("slurmctld", "stop").
void fault(const std::string& daemon, const std::string& action);

// The message of the Error that `call` throws, behind its kind: "invalid: submit …". Empty when it throws
// none.
std::string error_of(const std::function<void()>& call);

}  // namespace trainyard
