// Which runs are admitted, and the reasons why the others wait.
#include "daemon/run/admission.h"

#include <gtest/gtest.h>

#include "daemon/base/error.h"
#include "daemon/run/run_tally.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

const Plans plans{{"free", {"free", 1, Plan::Per::user, {}, true}},
                  {"lab", {"lab", 4, Plan::Per::account, {"ada", "bob"}, false}}};

TrainingRun queued(std::int64_t id, int gpus, const std::string& user, const std::string& plan = "free",
                   const std::string& account = "") {
  event::Accepted event = accepted(manifest_of(gpus, account), plan);
  event.owner.name = user;
  return fold(id, {event});
}

TrainingRun admitted(TrainingRun run) {
  apply_event(run, event::Admitted{at(1), 1});
  return run;
}

TrainingRun running(std::int64_t id, int gpus_asked_for, int gpus_on_record) {
  event::Started started{at(101), at(100), "n1", gpus_on_record};
  std::vector<RunEvent> events = life_until(4, {started});
  events[0] = accepted(manifest_of(gpus_asked_for), "lab");
  return fold(id, events);
}

TrainingRun charged_to(TrainingRun run, const std::string& account) {
  apply_event(run, event::Reassigned{at(1), account});
  return run;
}

std::map<std::string, PlanUse> plan_use(const std::vector<TrainingRun>& live) {
  RunTally tally;
  for (const TrainingRun& run : live) tally.add(run);
  return tally.plan_use(plans);
}

JobRoom room_for_jobs(int most_jobs, const std::vector<TrainingRun>& live) {
  JobCount held;
  for (const TrainingRun& run : live) held.add(run, 1);
  return {most_jobs, held};
}

Admission admit_of(const std::vector<TrainingRun>& runs, int most_jobs = 1000,
                   const std::set<std::string>& data_on_its_way = {}) {
  QueueAdmission queue(plans, plan_use(runs), data_on_its_way, room_for_jobs(most_jobs, runs));
  for (const TrainingRun& run : runs)
    if (run.state == RunState::queued) queue.admit_or_let_wait(run);
  return queue.admission();
}

using Ids = std::vector<std::int64_t>;

Error error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& e) {
    return e;
  }
  return {ErrorKind::internal, "nothing was thrown"};
}

TEST(APlan, CountsTheGpusOnSlurmsRecordWhereThoseAreMore) {
  EXPECT_EQ(gpus_counted(running(1, 1, 4)), 4);
  EXPECT_EQ(gpus_counted(running(1, 4, 1)), 4);
  EXPECT_EQ(gpus_counted(running(1, 4, 0)), 4);  // recorded by an earlier release
  TrainingRun enlarged = running(1, 1, 4);
  EXPECT_EQ(plan_use({enlarged}).at(limited_party(plans, party_of(enlarged))).gpus, 4);
}

TEST(APlanPerAccount, LimitsTheDefaultAccountTogetherWithItsName) {
  event::Accepted by_default = accepted(manifest_of(4), "lab");
  by_default.account = "vision";
  TrainingRun unnamed = fold(1, {by_default}), named = queued(2, 1, "bob", "lab", "vision");
  EXPECT_EQ(limited_party(plans, party_of(unnamed)), limited_party(plans, party_of(named)));
  EXPECT_EQ(admit_of({unnamed, named}).admitted, Ids{1});
}

TEST(APlanPerAccount, LimitsUsersWithoutAKnownAccountByThemselves) {
  EXPECT_NE(limited_party(plans, party_of(queued(1, 1, "ada", "lab"))),
            limited_party(plans, party_of(queued(2, 1, "bob", "lab"))));
}

TEST(APlanPerAccount, GoesByTheAccountOnSlurmsRecord) {
  TrainingRun moved = charged_to(admitted(queued(1, 4, "ada", "lab", "physics")), "vision");
  EXPECT_EQ(admit_of({moved, queued(2, 1, "bob", "lab", "vision")}).admitted, Ids{});
  EXPECT_EQ(admit_of({moved, queued(2, 1, "bob", "lab", "physics")}).admitted, Ids{2});
}

TEST(FreePlan, BeginsOneAtATimeInTheOrderOfAcceptance) {
  Admission admission = admit_of({queued(1, 1, "ada"), queued(2, 1, "ada"), queued(3, 1, "ada")});
  EXPECT_EQ(admission.admitted, Ids{1});
  EXPECT_EQ(admission.waiting.find(2)->words, "plan free: 1 of 1 GPU in use by run 1");
}

TEST(FreePlan, IsEveryUsersOwn) {
  EXPECT_EQ(admit_of({queued(1, 1, "ada"), queued(2, 1, "bob")}).admitted, (Ids{1, 2}));
}

TEST(FreePlan, IsOccupiedUntilTheTrainJobHasEnded) {
  EXPECT_EQ(admit_of({admitted(queued(1, 1, "ada")), queued(2, 1, "ada")}).admitted, Ids{});
  std::vector<RunEvent> ended = life_until(6);
  ended[0] = accepted(manifest_of(), "free");
  EXPECT_EQ(admit_of({fold(1, ended), queued(2, 1, "ada")}).admitted, Ids{2});
}

TEST(FreePlan, DoesNotLimitRunsWithoutGpus) {
  EXPECT_EQ(admit_of({queued(1, 1, "ada"), queued(2, 0, "ada"), queued(3, 0, "ada")}).admitted,
            (Ids{1, 2, 3}));
}

TEST(Order, IsStrictASmallRunDoesNotPassALargeOne) {
  Admission admission =
      admit_of({admitted(queued(1, 2, "ada", "lab", "physics")), queued(2, 4, "ada", "lab", "physics"),
                queued(3, 1, "bob", "lab", "physics")});
  EXPECT_EQ(admission.admitted, Ids{});
  EXPECT_EQ(admission.waiting.find(2)->words, "plan lab: 2 of 4 GPUs in use by run 1");
  EXPECT_EQ(admission.waiting.find(3)->words, "plan lab: behind run 2");
}

TEST(AccountPlan, LimitsAnAccountNotItsUsers) {
  Admission admission =
      admit_of({queued(1, 3, "ada", "lab", "physics"), queued(2, 3, "bob", "lab", "physics"),
                queued(3, 3, "ada", "lab", "chemistry")});
  EXPECT_EQ(admission.admitted, (Ids{1, 3}));
}

TEST(Admissions, WithoutPlansIsLimitedByRoomForJobsAlone) {
  Admission admission =
      admit_of({queued(1, 64, "ada", ""), queued(2, 64, "ada", ""), queued(3, 64, "ada", "")}, 5);
  EXPECT_EQ(admission.admitted, (Ids{1, 2}));
  EXPECT_NE(admission.waiting.find(3)->words.find("[slurm] max_jobs"), std::string::npos);
}

TEST(RunsWithoutGpus, HaveHalfOfTheDaemonsJobsAtMost) {
  std::vector<TrainingRun> runs;
  for (std::int64_t id = 1; id <= 10; ++id) runs.push_back(queued(id, 0, "eve"));
  runs.push_back(queued(11, 1, "ada"));
  Admission admission = admit_of(runs, 12);
  EXPECT_EQ(admission.admitted, (Ids{1, 2, 3, 11}));
  EXPECT_EQ(admission.waiting.find(4)->words,
            "runs without GPUs have their half of the daemon's jobs in Slurm ([slurm] max_jobs)");
}

TEST(RoomForJobs, IsLessByThoseInTheSchedulerAndOnTheirWay) {
  const TrainingRun waits = queued(1, 0, "ada"), without = admitted(queued(2, 0, "ada")),
                    with = admitted(queued(3, 1, "ada"));
  const JobRoom room = room_for_jobs(100, {waits, without, with});
  EXPECT_EQ(room.in_all(), 96);
  EXPECT_EQ(room.without_gpus(), 48);
  EXPECT_EQ(room_for_jobs(3, {}).without_gpus(), 2);  // room for one run, however few jobs are allowed
}

TEST(LiveRuns, OfAUserAreLimitedAndTheRefusalSaysWhatToDo) {
  EXPECT_NO_THROW(check_live_runs("ada", 90, 10, 100));
  Error error = error_of([] { check_live_runs("ada", 90, 11, 100); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_STREQ(error.what(),
               "ada has 90 runs that are not over, and with 11 more there would be more than the 100 that "
               "[daemon] max_live_runs_per_user allows; wait for some to end, or cancel some");
}

TEST(Admissions, AwaitsTheStageJob) {
  event::Accepted with_data = accepted();
  with_data.dataset_digest = "d1";
  std::vector<TrainingRun> runs{fold(1, {with_data})};
  EXPECT_EQ(admit_of(runs).waiting.find(1)->words, "its data set is about to be staged");
  EXPECT_EQ(admit_of(runs, 1000, {"d1"}).admitted, Ids{1});
}

TEST(PlansInUse, NamesWhoIsLimitedAndTheRuns) {
  TrainingRun first = admitted(queued(1, 1, "ada")), second = admitted(queued(2, 2, "bob", "lab", "physics")),
              third = admitted(queued(3, 1, "ada", "lab", "physics"));
  auto use = plan_use({first, second, third});
  EXPECT_EQ(use.at("free, user ada").gpus, 1);
  EXPECT_EQ(use.at("lab, account physics").gpus, 3);
  EXPECT_EQ(use.at("lab, account physics").runs, (Ids{2, 3}));
}

TEST(Fits, RefusesARunLargerThanItsPlanAndSaysByHowMuch) {
  EXPECT_NO_THROW(check_fits(plans, "lab", manifest_of(4)));
  EXPECT_NO_THROW(check_fits({}, "", manifest_of(64)));
  Error error = error_of([] { check_fits(plans, "free", manifest_of(2)); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid);
  EXPECT_STREQ(error.what(),
               "digits asks for 2 GPUs (1 nodes × 2), plan free allows 1 at a time: it could never start");
}

TEST(ResolvePlan, TakesTheNamedOneThenTheOneOfWhichOneIsAMemberThenTheDefault) {
  EXPECT_EQ(resolve_plan(plans, "free", "ada"), "free");
  EXPECT_EQ(resolve_plan(plans, "", "ada"), "lab");
  EXPECT_EQ(resolve_plan(plans, "", "eve"), "free");
  EXPECT_EQ(resolve_plan({}, "", "eve"), "");
}

TEST(ResolvePlan, SaysWhichOnesAUserMayAskFor) {
  Error unknown = error_of([] { resolve_plan(plans, "gold", "ada"); });
  EXPECT_EQ(unknown.kind(), ErrorKind::invalid);
  EXPECT_STREQ(unknown.what(), "no such plan: gold; ada may ask for: free, lab");
  Error denied = error_of([] { resolve_plan(plans, "lab", "eve"); });
  EXPECT_EQ(denied.kind(), ErrorKind::denied);
  EXPECT_STREQ(denied.what(), "eve is not a member of plan lab; may ask for: free");
}

TEST(ResolvePlan, DeniesAUserOfNoPlanWhereThereIsNoDefault) {
  Error denied = error_of([] { resolve_plan({{"lab", plans.at("lab")}}, "", "eve"); });
  EXPECT_EQ(denied.kind(), ErrorKind::denied);
}

}  // namespace
}  // namespace trainyard
