// Fixture of the tests that use a real, private Slurm (in_sandbox): the module under test, jobs to submit,
// and the output of Slurm's own commands.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plugins/scheduler.h"

namespace trainyard {

// The Slurm module's reader, as the daemon loads it, and its actor, as a deputy loads it.
class SlurmModule {
 public:
  SlurmModule();

  std::string describe() { return reader_->describe(); }
  std::chrono::seconds message_timeout() { return reader_->message_timeout(); }
  int most_array_tasks() { return reader_->most_array_tasks(); }
  // Submits a job and, as the daemon does, looks it up by its id. Returns its key. Throws `unavailable` if
  // slurmctld does not show the job.
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

  // Returns the request for a one-task job of the calling user with a new token. The job's script is
  // "#!/bin/sh" and `script`. The job runs in directory(); output_of() returns its output.
  JobRequest job(const std::string& script) const;

  // A directory that every user may write to. It is removed after the test.
  std::string directory() const { return directory_; }
  std::string output_of(const JobRequest& request) const;

  // Returns the status of the only job with the request's token, by find(). Throws if there is not exactly
  // one.
  JobStatus status_of(const JobRequest& request) const;
  // Polls until `so` is true of the job's status; returns that status. Fails the test after half a minute.
  JobStatus wait_until(const JobRequest& request, const std::function<bool(const JobStatus&)>& so) const;
  JobStatus wait_until_ended(const JobRequest& request) const;
  JobStatus wait_until_running(const JobRequest& request) const;

  void SetUp() override;
  void TearDown() override;

 private:
  std::string directory_;
};

// Calls `so` until it is true, and returns true; false after half a minute.
bool comes_true(const std::function<bool()>& so);

// Runs a shell command and returns what it prints; throws if it fails.
std::string output_of_command(const std::string& command);

// Calls `scripts/sandbox fault`, which stops or starts a daemon of the sandbox: fault("slurmctld", "stop").
void fault(const std::string& daemon, const std::string& action);

// Returns the Error that `call` throws as "kind: message", for instance "invalid: submit …"; an empty string
// if `call` throws no Error.
std::string error_of(const std::function<void()>& call);

}  // namespace trainyard
