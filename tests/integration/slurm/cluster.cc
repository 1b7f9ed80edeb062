#include "tests/integration/slurm/cluster.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/text.h"
#include "plugins/loader.h"

namespace trainyard {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds time_to_send{60};

SendBefore soon() { return SendBefore::clock::now() + time_to_send; }

}  // namespace

SlurmModule::SlurmModule()
    : reader_(load_scheduler_reader("slurm", Json::object())),
      actor_(load_scheduler_actor("slurm", Json::object())) {}

JobKey SlurmModule::submit(const JobRequest& request) {
  std::uint32_t id = actor_->submit(request, soon()).job_id;
  std::vector<JobStatus> seen = reader_->look_up(id, request.uid);
  if (seen.empty()) throw Error(ErrorKind::unavailable, "slurmctld does not show the job it took");
  return array_of(seen.front().key);
}

std::vector<JobStatus> SlurmModule::find(const Token& token, std::uint32_t uid) {
  return actor_->find({token}, uid, now() - std::chrono::hours(1));
}

void SlurmModule::release(const JobKey& job, const Token& token) { actor_->release(job, token, soon()); }
void SlurmModule::cancel(const JobKey& job, const Token& token) { actor_->cancel(job, token, soon()); }

SlurmModule& Slurm::scheduler() {
  static SlurmModule loaded;
  return loaded;
}

void Slurm::SetUp() {
  directory_ = "/tmp/trainyard-slurm-test." + random_hex(8);
  std::filesystem::create_directory(directory_);
  ::chmod(directory_.c_str(), 01777);
}

void Slurm::TearDown() { std::filesystem::remove_all(directory_); }

JobRequest Slurm::job(const std::string& script) const {
  JobRequest request;
  request.token = "ty-" + random_hex(8);
  request.comment = "a test";
  request.uid = ::getuid();
  request.gid = ::getgid();
  request.script = "#!/bin/sh\n" + script + "\n";
  request.environment = {"PATH=/usr/bin:/bin", "WANTED=yes"};
  request.working_directory = directory_;
  request.output = join_path(directory_, request.token + ".out");
  request.time_limit = 10min;
  return request;
}

std::string Slurm::output_of(const JobRequest& request) const {
  return read_file_if_there(request.output).value_or("");
}

JobStatus Slurm::status_of(const JobRequest& request) const {
  std::vector<JobStatus> found = scheduler().find(request.token, request.uid);
  if (found.size() != 1)
    throw Error(ErrorKind::internal, request.token + ": " + std::to_string(found.size()) + " jobs");
  return found.front();
}

JobStatus Slurm::wait_until(const JobRequest& request,
                            const std::function<bool(const JobStatus&)>& so) const {
  JobStatus status;
  EXPECT_TRUE(comes_true([&] {
    std::vector<JobStatus> jobs = scheduler().poll(request.token).value_or(std::vector<JobStatus>());
    if (jobs.empty()) return false;
    status = jobs.front();
    return so(status);
  })) << request.token
      << " is " << status.state << " " << status.reason;
  return status;
}

JobStatus Slurm::wait_until_ended(const JobRequest& request) const {
  return wait_until(request, [](const JobStatus& job) { return job.phase == JobPhase::ended; });
}

JobStatus Slurm::wait_until_running(const JobRequest& request) const {
  return wait_until(request, [](const JobStatus& job) { return job.phase == JobPhase::running; });
}

bool comes_true(const std::function<bool()>& so) {
  auto deadline = std::chrono::steady_clock::now() + 30s;
  while (!so()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(50ms);
  }
  return true;
}

std::string output_of_command(const std::string& command) {
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), nullptr);
  std::string output;
  char buffer[4096];
  while (std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe.get())) output.append(buffer, size);
  if (::pclose(pipe.release()) != 0) throw Error(ErrorKind::internal, command + " failed");
  return output;
}

void fault(const std::string& daemon, const std::string& action) {
  output_of_command("\"$SANDBOX\" fault " + daemon + " " + action);
}

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return std::string(to_string(error.kind())) + ": " + error.what();
  }
  return "";
}

}  // namespace trainyard
