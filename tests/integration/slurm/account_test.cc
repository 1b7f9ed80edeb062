// Tests of what the module reads from slurmctld and slurmdbd about suspended jobs, and of history_since().
#include <gmock/gmock.h>

#include <thread>

#include "daemon/base/fd.h"
#include "daemon/run/segment.h"
#include "tests/integration/slurm/cluster.h"

namespace trainyard {
namespace {

void scontrol(const std::string& what, const JobKey& job) {
  output_of_command("scontrol " + what + " " + std::to_string(job.job_id));
}

// Waits until slurmdbd has the job's end, and returns the job's status by slurmdbd.
JobStatus recorded(SlurmModule& scheduler, const JobKey& job) {
  std::optional<JobStatus> found;
  EXPECT_TRUE(comes_true([&] {
    found = scheduler.history(job);
    return found && found->phase == JobPhase::ended;
  }));
  return found.value_or(JobStatus());
}

TEST_F(Slurm, ASuspensionIsToldToTheSecondByBothOfSlurmsAccounts) {
  JobRequest request = job("while [ ! -e go ]; do sleep 0.1; done");
  request.gpus_per_node = 2;
  JobKey key = scheduler().submit(request);
  wait_until_running(request);
  scontrol("suspend", key);
  JobStatus suspended =
      wait_until(request, [](const JobStatus& job) { return job.phase == JobPhase::suspended; });
  ASSERT_TRUE(suspended.suspension_turn_at);
  EXPECT_EQ(suspended.gpus, 2);
  ASSERT_TRUE(comes_true([&] { return now() >= *suspended.suspension_turn_at + std::chrono::seconds(2); }));
  scontrol("resume", key);
  output_of_command("touch " + directory() + "/go");
  JobStatus ended = wait_until_ended(request);

  EXPECT_GE(ended.suspended, std::chrono::seconds(2));
  EXPECT_EQ(suspended_intervals(ended),
            (std::vector<Period>{{*suspended.suspension_turn_at, *ended.suspension_turn_at}}));
  EXPECT_EQ(recorded(scheduler(), key).suspended, ended.suspended);
}

TEST_F(Slurm, AJobCancelledWhileItIsSuspendedEndedWhenItWasSuspended) {
  JobRequest request = job("while :; do date +%s.%N >beat; sleep 0.02; done");
  request.gpus_per_node = 1;
  JobKey key = scheduler().submit(request);
  auto beat = [this] { return read_file_if_there(directory() + "/beat").value_or(""); };
  ASSERT_TRUE(comes_true([&] { return !beat().empty(); }));
  scontrol("suspend", key);
  JobStatus suspended =
      wait_until(request, [](const JobStatus& job) { return job.phase == JobPhase::suspended; });
  // slurmctld reports the suspension before slurmd has stopped the processes. A job that is cancelled in
  // between is COMPLETING for minutes.
  ASSERT_TRUE(comes_true([&] {
    const std::string before = beat();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return beat() == before;
  }));
  scheduler().cancel(key, request.token);
  JobStatus ended = wait_until_ended(request);
  EXPECT_EQ(ended.ended_at, suspended.suspension_turn_at);
  EXPECT_EQ(segment_of_job(ended), segment_of_job(recorded(scheduler(), key)));
}

TEST_F(Slurm, AllJobsSinceATimeComeWholeInOneAnswer) {
  UtcSeconds begun = now();
  JobRequest first = job("sleep 1"), second = job("exit 3"), other = job("true");
  second.token = first.token + "-second";
  other.token = "another-" + first.token;
  first.gpus_per_node = 2;
  for (const JobRequest& request : {first, second, other}) recorded(scheduler(), scheduler().submit(request));

  std::vector<JobStatus> jobs = scheduler().history_since(first.token, begun);
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[0].token, first.token);
  EXPECT_EQ(jobs[0].gpus, 2);
  EXPECT_EQ(jobs[1].exit_code, 3);

  // A job that began before `since` is reported with its real start.
  std::vector<JobStatus> later = scheduler().history_since(first.token, *jobs[0].ended_at);
  ASSERT_FALSE(later.empty());
  EXPECT_EQ(later[0].started_at, jobs[0].started_at);
  EXPECT_TRUE(scheduler().history_since(first.token, now() + std::chrono::hours(1)).empty());
}

}  // namespace
}  // namespace trainyard
