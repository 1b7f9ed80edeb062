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

class Slurm : public testing::Test {
 protected:
  // The module as the daemon loads it, once per process.
  static Scheduler& scheduler();

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
