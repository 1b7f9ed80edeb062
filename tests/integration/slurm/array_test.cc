// Tests of job arrays: the module submits an array by one call, and treats each task as a job of its own.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/slurm/cluster.h"

namespace trainyard {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class Arrays : public Slurm {
 protected:
  // Returns the request for a held array of these tasks. Each task writes its output to its own file.
  JobRequest array(const std::string& script, std::vector<std::uint32_t> tasks) const {
    JobRequest request = job(script);
    request.tasks = std::move(tasks);
    request.held = true;
    request.output = directory() + "/" + request.token + "-%a";
    return request;
  }

  std::string output_of_task(const JobRequest& request, std::uint32_t task) const {
    return output_of_command("cat " + directory() + "/" + request.token + "-" + std::to_string(task));
  }

  // Returns the status of the array's tasks by find(), ordered by task.
  std::vector<JobStatus> tasks_of(const JobRequest& request) const {
    std::vector<JobStatus> tasks = scheduler().find(request.token, request.uid);
    std::ranges::sort(tasks, {}, &JobStatus::key);
    return tasks;
  }

  std::vector<JobStatus> wait_until_all(const JobRequest& request, JobPhase phase) const {
    std::vector<JobStatus> tasks;
    EXPECT_TRUE(comes_true([&] {
      tasks = tasks_of(request);
      return std::ranges::all_of(tasks, [&](const JobStatus& task) { return task.phase == phase; });
    }));
    return tasks;
  }

  static std::vector<JobKey> keys_of(const std::vector<JobStatus>& tasks) {
    std::vector<JobKey> keys;
    for (const JobStatus& task : tasks) keys.push_back(task.key);
    return keys;
  }

  static std::vector<JobOutcome> outcomes_of(const std::vector<JobStatus>& tasks) {
    std::vector<JobOutcome> outcomes;
    for (const JobStatus& task : tasks) outcomes.push_back(task.outcome);
    return outcomes;
  }
};

TEST_F(Arrays, AreHeldAndReleasedTogetherAndEachTaskHasItsOwnIndexAndEnd) {
  JobRequest request = array("echo task $SLURM_ARRAY_TASK_ID; exit $SLURM_ARRAY_TASK_ID", {0, 1, 2, 5});
  JobKey key = scheduler().submit(request);
  EXPECT_EQ(key.task, std::nullopt);
  std::vector<JobStatus> held = tasks_of(request);
  EXPECT_THAT(keys_of(held), ElementsAre(task_of(key, 0), task_of(key, 1), task_of(key, 2), task_of(key, 5)));
  EXPECT_TRUE(std::ranges::all_of(held, &JobStatus::held));

  scheduler().release(key, request.token);

  std::vector<JobStatus> ended = wait_until_all(request, JobPhase::ended);
  EXPECT_EQ(keys_of(ended), keys_of(held));
  EXPECT_THAT(outcomes_of(ended),
              ElementsAre(JobOutcome::completed, JobOutcome::failed, JobOutcome::failed, JobOutcome::failed));
  EXPECT_EQ(ended.back().exit_code, 5);
  EXPECT_EQ(output_of_task(request, 5), "task 5\n");
}

TEST_F(Arrays, ArePolledByTheTaskWhetherSlurmHasPartedThemOrNot) {
  JobRequest request = array("sleep 60", {0, 1, 2});
  JobKey key = scheduler().submit(request);
  scheduler().cancel(task_of(key, 1), request.token);  // slurmctld now has a separate record for task 1
  std::optional<std::vector<JobStatus>> polled = scheduler().poll(request.token);
  ASSERT_TRUE(polled);
  std::ranges::sort(*polled, {}, &JobStatus::key);
  EXPECT_THAT(keys_of(*polled), ElementsAre(task_of(key, 0), task_of(key, 1), task_of(key, 2)));
  EXPECT_TRUE(polled->at(0).held && polled->at(2).held);
  EXPECT_EQ(polled->at(1).outcome, JobOutcome::cancelled);
  scheduler().cancel(key, request.token);
  EXPECT_THAT(outcomes_of(wait_until_all(request, JobPhase::ended)), testing::Each(JobOutcome::cancelled));
}

TEST_F(Arrays, AreOnRecordByTheTask) {
  JobRequest request = array("exit 3", {4, 7});
  request.gpus_per_node = 1;
  JobKey key = scheduler().submit(request);
  scheduler().release(key, request.token);
  std::vector<JobStatus> ended = wait_until_all(request, JobPhase::ended);
  std::optional<JobStatus> recorded;
  for (const JobStatus& task : ended) {
    ASSERT_TRUE(comes_true([&] {
      recorded = scheduler().history(task.key);
      return recorded && recorded->phase == JobPhase::ended;
    }));
    EXPECT_EQ(recorded->key, task.key);
    EXPECT_EQ(recorded->exit_code, 3);
    EXPECT_EQ(recorded->gpus, 1);
    EXPECT_EQ(recorded->started_at, task.started_at);
    EXPECT_EQ(recorded->ended_at, task.ended_at);
  }
  std::vector<JobStatus> since = scheduler().history_since(request.token, key.submitted_at);
  std::ranges::sort(since, {}, &JobStatus::key);
  EXPECT_EQ(keys_of(since), keys_of(ended));
}

TEST_F(Arrays, HaveOnRecordAsCancelledWhatNeverStarted) {
  JobRequest request = array("true", {0, 1});
  JobKey key = scheduler().submit(request);
  scheduler().cancel(key, request.token);
  std::optional<JobStatus> recorded;
  EXPECT_TRUE(comes_true([&] {
    recorded = scheduler().history(task_of(key, 1));
    return recorded && recorded->phase == JobPhase::ended;
  }));
  EXPECT_EQ(recorded->key, task_of(key, 1));
  EXPECT_EQ(recorded->outcome, JobOutcome::cancelled);
  EXPECT_EQ(recorded->started_at, std::nullopt);
}

TEST_F(Arrays, BehindAnotherStartTaskByTaskAndEndWhereTheirOwnHasFailed) {
  JobRequest parents = array("exit $SLURM_ARRAY_TASK_ID", {0, 1, 2});
  JobKey parent = scheduler().submit(parents);
  JobRequest children = array("true", {0, 1, 2});
  children.held = false;
  children.dependency = JobDependency{JobDependency::Kind::after_each, parent.job_id};
  scheduler().submit(children);
  scheduler().cancel(task_of(parent, 2), parents.token);
  scheduler().release(parent, parents.token);
  EXPECT_THAT(
      outcomes_of(wait_until_all(children, JobPhase::ended)),
      ElementsAre(JobOutcome::completed, JobOutcome::dependency_failed, JobOutcome::dependency_failed));
}

TEST_F(Arrays, OfMoreTasksThanSlurmTakesAreRefused) {
  auto most = static_cast<std::uint32_t>(scheduler().most_array_tasks());
  JobRequest request = array("true", {0, most - 1});
  scheduler().cancel(scheduler().submit(request), request.token);
  request.tasks.push_back(most + 1);
  EXPECT_THAT(error_of([&] { scheduler().submit(request); }), StartsWith("invalid: submit "));
}

TEST_F(Arrays, AreNotFoundUnderAnotherSubmitTimeOrTask) {
  JobRequest request = array("true", {0, 1});
  JobKey key = scheduler().submit(request);
  JobKey older = key;
  older.submitted_at -= std::chrono::seconds(1);
  EXPECT_THAT(error_of([&] { scheduler().cancel(older, request.token); }), StartsWith("not_found: job "));
  EXPECT_THAT(error_of([&] { scheduler().cancel(task_of(key, 2), request.token); }),
              StartsWith("not_found: job " + to_string(task_of(key, 2))));
  scheduler().cancel(key, request.token);
}

}  // namespace
}  // namespace trainyard
