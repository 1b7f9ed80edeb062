#include "daemon/run/job_array.h"

#include <gmock/gmock.h>

#include "daemon/run/job_request.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

TrainingRun queued(std::int64_t id, int gpus = 1, const Owner& owner = ada()) {
  return fold(id, {event::Accepted{at(0), owner, manifest_of(gpus), "", "", ""}});
}

// Returns the places in arrays that the runs get, in the order of the runs.
std::vector<std::optional<ArrayPlace>> places_of(const std::vector<TrainingRun>& runs,
                                                 int most_tasks = 1000) {
  std::vector<const TrainingRun*> pointers;
  for (const TrainingRun& run : runs) pointers.push_back(&run);
  std::map<std::int64_t, std::optional<ArrayPlace>> by_run;
  for (const Changes& array : admit_in_arrays(pointers, most_tasks, at(1)))
    for (const Change& change : array) {
      const auto& [id, event] = std::get<RunChange>(change);
      by_run[id] = std::get<event::Admitted>(event).array;
    }
  std::vector<std::optional<ArrayPlace>> places;
  for (const TrainingRun& run : runs) places.push_back(by_run.at(run.id));
  return places;
}

TEST(JobArrays, AreOfRunsThatAskForTheSame) {
  EXPECT_THAT(places_of({queued(7), queued(8), queued(9, 2), queued(10)}),
              ElementsAre(Optional(ArrayPlace{7, 1, 0}), Optional(ArrayPlace{7, 1, 1}), std::nullopt,
                          Optional(ArrayPlace{7, 1, 2})));
}

TEST(JobArrays, AreOfOneUser) {
  EXPECT_THAT(places_of({queued(7), queued(8, 1, {1002, 100, "ben"})}),
              ElementsAre(std::nullopt, std::nullopt));
}

TEST(JobArrays, AreNotLargerThanTheSchedulerTakes) {
  EXPECT_THAT(places_of({queued(1), queued(2), queued(3), queued(4), queued(5)}, 2),
              ElementsAre(Optional(ArrayPlace{1, 1, 0}), Optional(ArrayPlace{1, 1, 1}),
                          Optional(ArrayPlace{3, 1, 0}), Optional(ArrayPlace{3, 1, 1}), std::nullopt));
  EXPECT_THAT(places_of({queued(1), queued(2)}, 0), ElementsAre(std::nullopt, std::nullopt));
}

TEST(JobArrays, AreFoundAmongTheLatest) {
  const int open = static_cast<int>(most_open_arrays);
  std::vector<TrainingRun> runs;
  for (int i = 0; i <= open; ++i) runs.push_back(queued(i + 1, i + 1));
  runs.push_back(queued(1000, 2));  // the array of this run is the oldest that is open
  runs.push_back(queued(1001, 1));  // the array of this run is no longer open
  std::vector<std::optional<ArrayPlace>> places = places_of(runs);
  EXPECT_THAT(places[runs.size() - 2], Optional(ArrayPlace{2, 1, 1}));
  EXPECT_EQ(places.back(), std::nullopt);
}

TEST(JobArrays, LeaveOutARunThatShallAvoidOtherNodes) {
  TrainingRun again = queued(8);
  again.avoid = "n1";
  EXPECT_THAT(places_of({queued(7), again}), ElementsAre(std::nullopt, std::nullopt));
}

TEST(JobArrays, HaveOneRequestThatFindsEachTasksDirectory) {
  std::vector<TrainingRun> runs{queued(7), queued(8)};
  for (std::uint32_t task = 0; task < 2; ++task)
    apply_event(runs[task], event::Admitted{at(1), 1, ArrayPlace{7, 1, task}});
  for (TrainingRun& run : runs) run.scratch = {"/scratch", "/scratch/ada"};
  JobSite site{"cafe", "/usr/libexec/trainyard-agent", "", "", {}};
  JobRequest request = train_jobs(site, runs, 0);
  EXPECT_EQ(request.token, "ty-cafe-a7.1-train");
  EXPECT_THAT(request.tasks, ElementsAre(0, 1));
  EXPECT_THAT(request.script,
              HasSubstr("run '/scratch/ada/arrays/7.1'/\"$SLURM_ARRAY_TASK_ID\"/launch.json\n"));
  EXPECT_EQ(request.output, "/scratch/ada/arrays/7.1/%a/logs/train-job.txt");
  EXPECT_EQ(request.working_directory, "/scratch/ada/arrays/7.1");
}

TEST(TheTokenOfAStoreJob, IsTheArraysUntilStoringIsTriedAgain) {
  TrainingRun run = queued(8);
  apply_event(run, event::Admitted{at(1), 1, ArrayPlace{7, 1, 1}});
  EXPECT_EQ(token_of("cafe", run, JobRole::store), "ty-cafe-a7.1-store");
  apply_event(run, event::Submitted{at(2), task_of(job_key(10), 1)});
  apply_event(run, event::Released{at(3), task_of(job_key(11), 1)});
  EXPECT_EQ(token_of("cafe", run, JobRole::store), "ty-cafe-a7.1-store");
  apply_event(run, event::Ended{at(4), JobRole::store, ended_job(11, JobOutcome::dependency_failed)});
  apply_event(run, event::Ended{at(4), JobRole::train, ended_job(10, JobOutcome::failed)});
  apply_event(run, event::Settled{at(5), Result::failed, Cause::exit_code, "", 3, {}, {}, {}});
  apply_event(run, event::StoreRetried{at(6), "", job_key(12)});
  EXPECT_EQ(token_of("cafe", run, JobRole::store), "ty-cafe-8.1-store");
  EXPECT_EQ(token_of("cafe", run, JobRole::train), "ty-cafe-a7.1-train");
}

}  // namespace
}  // namespace trainyard
