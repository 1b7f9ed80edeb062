// Runs from submit() to their end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"
#include "tests/fakes/full_disk.h"
#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using testing::FakeScheduler;
using testing::one_gpu;
using testing::Site;
using testing::with_data;

DriverSettings with_free_plan() {
  DriverSettings settings;
  settings.plans["free"] = {"free", 1, Plan::Per::user, {}, true};
  return settings;
}

// Directories are made last, just before the release, so a run that fails earlier leaves none behind.
TEST(ARun, IsPreparedOnlyOnceBothItsJobsAreInTheScheduler) {
  Site site;
  site.scheduler().make_room_for(1);
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::submitted));
  ASSERT_TRUE(site.run_until([&] { return !site.driver().status().scheduler_trouble.empty(); }));
  std::string directory = layout::run_directory(site.scratch(), id);
  EXPECT_FALSE(std::filesystem::exists(directory));
  EXPECT_TRUE(site.scheduler().jobs().at(0).held);

  site.driver().cancel(id, "ada");
  ASSERT_TRUE(site.run_until_state(id, RunState::cancelled));
  EXPECT_EQ(site.scheduler().live("-train"), 0);
  EXPECT_FALSE(std::filesystem::exists(directory));
}

TEST(ARun, FindsWhatItIsToLaunchOnceItIsReleased) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  std::string directory = layout::attempt_directory(site.scratch(), id, 1);
  EXPECT_TRUE(std::filesystem::exists(join_path(directory, layout::launch_file)));
  EXPECT_TRUE(std::filesystem::is_directory(join_path(directory, layout::logs_folder)));
}

TEST(ARun, KeepsWhatTheSchedulerSaidOfItsJobInItsHistory) {
  Site site;
  site.scheduler().say("welcome");
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  std::string said;
  for (const auto& [at, event] : site.ledger().events_of(id))
    if (const auto* submitted = std::get_if<event::Submitted>(&event)) said = submitted->said;
  EXPECT_EQ(said, "welcome");
}

TEST(ARun, GoesFromSubmissionToItsResults) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  EXPECT_FALSE(site.scheduler().jobs().at(0).held);
  site.leave_exit_evidence(id, 0);
  site.scheduler().start(Site::job(id, "train"), now() - std::chrono::seconds(60));
  ASSERT_TRUE(site.run_until_state(id, RunState::running));
  Driver::UserStatus status = site.driver().status_of(site.run(id).owner.uid);
  EXPECT_EQ(status.runs, (std::map<std::string, int>{{"running", 1}}));
  EXPECT_EQ(status.in_use, (std::map<std::string, int>{{site.run(id).plan, 1}}));
  EXPECT_TRUE(site.driver().status_of(site.run(id).owner.uid + 1).runs.empty());
  site.scheduler().end(Site::job(id, "train"), JobOutcome::completed, now());
  ASSERT_TRUE(site.run_until_state(id, RunState::storing));
  site.store(id);
  ASSERT_TRUE(site.run_until_state(id, RunState::completed));
  EXPECT_EQ(site.run(id).exit_code, 0);
  EXPECT_EQ(site.run(id).stored_objects, 3);
  EXPECT_GE(site.run(id).gpu_seconds, 60);
  EXPECT_EQ(site.jobs_submitted("-train"), 1);
  EXPECT_EQ(site.jobs_submitted("-store"), 1);
}

TEST(ARun, OfAProgramThatFailsStoresItsLogsAndFails) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.train(id, 3);
  site.store(id);
  ASSERT_TRUE(site.run_until_state(id, RunState::failed));
  EXPECT_EQ(site.run(id).reason, "the program exited with code 3");
}

TEST(ARun, WithoutEvidenceFailsWhateverTheSchedulerSays) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().start(Site::job(id, "train"), now());
  site.scheduler().end(Site::job(id, "train"), JobOutcome::completed, now());
  site.store(id);
  ASSERT_TRUE(site.run_until_state(id, RunState::failed));
}

TEST(ARun, WhoseJobTheSchedulerLostBeforeItBeganIsSubmittedAnew) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().forget(Site::job(id, "train"));
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted(Site::job(id, "train", 2)) == 1; }));
  EXPECT_EQ(site.run(id).attempts.at(0).cause, Cause::never_began);
  EXPECT_EQ(site.run(id).program_attempts, 0);
}

TEST(ARun, WhoseJobIsGoneWhenItIsLookedIntoIsSubmittedAnew) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().start(Site::job(id, "train"), now());
  ASSERT_TRUE(site.run_until_state(id, RunState::running));
  site.scheduler().lose_on_release(true);
  site.scheduler().restart_controller(now() + std::chrono::seconds(1));
  site.scheduler().forget_start(Site::job(id, "train"));
  site.scheduler().hold(Site::job(id, "train"), "JobHeldUser");
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted(Site::job(id, "train", 2)) == 1; }));
  EXPECT_EQ(site.run(id).attempts.at(0).cause, Cause::never_began);
}

TEST(ARun, WhoseJobNoNodeCanGrantFailsOnceTheSchedulerHasLookedAtIt) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().hold(Site::job(id, "train"), "BadConstraints");
  ASSERT_TRUE(site.run_until_state(id, RunState::failed));
  EXPECT_THAT(site.run(id).reason, ::testing::HasSubstr("Requested node configuration is not available"));
  EXPECT_EQ(site.scheduler().live("-train") + site.scheduler().live("-store"), 0);
}

std::int64_t running_under_another_name(Site& site) {
  std::int64_t id = site.submit({one_gpu()}).at(0);
  EXPECT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().start(Site::job(id, "train"), now() - std::chrono::seconds(60));
  site.scheduler().rename(Site::job(id, "train"), "mine");
  EXPECT_TRUE(site.run_until_state(id, RunState::running));
  return id;
}

// Otherwise nobody would see the job run, and nobody would be charged for it.
TEST(ARun, WhoseJobItsOwnerRenamedIsFollowedAndCharged) {
  Site site;
  std::int64_t id = running_under_another_name(site);
  site.leave_exit_evidence(id, 0);
  site.scheduler().end("mine", JobOutcome::completed, now());
  ASSERT_TRUE(site.run_until_state(id, RunState::storing));
  EXPECT_GE(site.run(id).gpu_seconds, 60);
}

TEST(ARun, WhoseJobItsOwnerRenamedIsCancelledLikeAnyOther) {
  Site site;
  std::int64_t id = running_under_another_name(site);
  site.driver().cancel(id, "ada");
  EXPECT_TRUE(site.run_until([&] { return site.scheduler().live("mine") == 0; }));
}

// Runs the loop until the scheduler was polled several times.
void let_polls_pass(Site& site) {
  int polls = site.scheduler().polls();
  ASSERT_TRUE(site.run_until([&] { return site.scheduler().polls() > polls + 5; }));
}

TEST(ARun, WhoseJobItsOwnerHoldsStaysHeld) {
  Site site;
  site.scheduler().restart_controller(now() - std::chrono::hours(1));
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().hold(Site::job(id, "train"), "JobHeldUser");
  let_polls_pass(site);
  EXPECT_TRUE(site.scheduler().jobs().at(0).held);
}

TEST(ARun, WhoseReleaseARestartedControllerForgotIsReleasedAgain) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().restart_controller(now() + std::chrono::seconds(1));
  site.scheduler().hold(Site::job(id, "train"), "JobHeldUser");
  EXPECT_TRUE(site.run_until([&] { return !site.scheduler().jobs().at(0).held; }));
}

TEST(ARun, WhoseJobAnAdminHoldsStaysHeldWhateverBecomesOfTheController) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().restart_controller(now() + std::chrono::seconds(1));
  site.scheduler().hold(Site::job(id, "train"), "JobHeldAdmin");
  let_polls_pass(site);
  EXPECT_TRUE(site.scheduler().jobs().at(0).held);
}

TEST(ARun, WhoseFilesDoNotAnswerGivesItsPlaceBackAndBeginsWhenTheyDoAgain) {
  DriverSettings settings;
  settings.files_patience = std::chrono::seconds(0);
  Site site(settings);
  site.users().silence_files(true);
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until(
      [&] { return site.run(id).attempts.size() == 1 && site.run(id).state == RunState::queued; }));
  EXPECT_EQ(site.scheduler().live("-train"), 0);
  EXPECT_EQ(site.run(id).program_attempts, 0);
  ASSERT_TRUE(
      site.run_until([&] { return site.driver().waits().waiting_for(site.run(id)).what == "files"; }));
  EXPECT_THAT(site.driver().waits().waiting_for(site.run(id)).words, ::testing::HasSubstr("does not answer"));
  site.users().silence_files(false);
  EXPECT_TRUE(site.run_until_state(id, RunState::released));
}

// Without this, each run would keep its first job in the scheduler, and neither would find room for its
// second job.
TEST(ARun, GivesItsPlaceToAnOlderOneWhereTheSchedulerHasNoRoomForBoth) {
  Site site;
  site.scheduler().make_room_for(2);
  std::int64_t older = site.submit({one_gpu()}, "older").at(0);
  std::int64_t younger = site.submit({one_gpu()}, "younger").at(0);
  ASSERT_TRUE(site.run_until_state(older, RunState::released));
  ASSERT_TRUE(site.run_until([&] { return site.run(younger).state != RunState::submitted; }));
  site.scheduler().make_room_for(4);
  ASSERT_TRUE(site.run_until_state(younger, RunState::released));
  EXPECT_EQ(site.run(younger).program_attempts, 0);
}

TEST(ARun, WaitsBehindAnOlderOneWhoseSecondJobFindsNoRoom) {
  Site site;
  site.scheduler().make_room_for(1);
  std::int64_t older = site.submit({one_gpu()}, "older").at(0);
  ASSERT_TRUE(
      site.run_until([&] { return site.driver().waits().waiting_for(site.run(older)).what == "scheduler"; }));
  std::int64_t younger = site.submit({one_gpu()}, "younger").at(0);
  ASSERT_TRUE(site.run_until(
      [&] { return site.driver().waits().waiting_for(site.run(younger)).what == "scheduler"; }));
  EXPECT_EQ(site.run(younger).state, RunState::queued);
  EXPECT_THAT(site.driver().waits().waiting_for(site.run(younger)).words,
              ::testing::AllOf(::testing::HasSubstr("run " + std::to_string(older) + " comes first"),
                               ::testing::HasSubstr("full")));
  site.scheduler().make_room_for(4);
  EXPECT_TRUE(site.run_until_state(younger, RunState::released));
}

TEST(ARun, IsCancelledThoughItsFilesDoNotAnswer) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().start(Site::job(id, "train"), now());
  ASSERT_TRUE(site.run_until_state(id, RunState::running));
  site.users().silence_files(true);
  site.driver().cancel(id, "ada");
  EXPECT_TRUE(site.run_until([&] { return site.scheduler().live("-train") == 0; }));
}

TEST(ARun, ThatIsCancelledTwiceIsCancelledThoughNothingIsStored) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().start(Site::job(id, "train"), now());
  ASSERT_TRUE(site.run_until_state(id, RunState::running));
  site.driver().cancel(id, "ada");
  ASSERT_TRUE(site.run_until_state(id, RunState::storing));
  site.driver().cancel(id, "ada");
  ASSERT_TRUE(site.run_until_state(id, RunState::cancelled));
  EXPECT_EQ(site.scheduler().live("-store"), 0);
  EXPECT_THAT(site.run(id).reason, ::testing::HasSubstr("the results could not be stored"));
}

TEST(ARun, ThatIsCancelledWhileItsResultsAreStoredGivesThemUp) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.train(id);
  ASSERT_TRUE(site.run_until_state(id, RunState::storing));
  site.driver().cancel(id, "ada");
  ASSERT_TRUE(site.run_until_state(id, RunState::cancelled));
  EXPECT_EQ(site.scheduler().live("-store"), 0);
  EXPECT_THAT(site.run(id).reason, ::testing::HasSubstr("cancelled by ada; they remain in "));
}

TEST(ARun, WhoseOwnerRemovedItsDirectoryIsOverWhenItsStoreJobIs) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.train(id);
  ASSERT_TRUE(site.run_until_state(id, RunState::storing));
  site.remove_directory(id);
  site.scheduler().start(site.job_of(id, JobRole::store), now(), 0);
  site.scheduler().end(site.job_of(id, JobRole::store), JobOutcome::failed, now());
  ASSERT_TRUE(site.run_until_state(id, RunState::failed));
  EXPECT_THAT(site.run(id).reason, ::testing::HasSubstr("is not there any more"));
}

TEST(ARun, WhoseJobBelongsToSomebodyElseIsNotTakenForSubmitted) {
  Site site;
  site.scheduler().give_jobs_to(4711);
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted(Site::job(id, "train")) == 1; }));
  let_polls_pass(site);
  EXPECT_EQ(site.run(id).state, RunState::admitted);
}

TEST(ARun, WhoseJobIsGoneBeforeItsStoreJobCanFollowItIsSubmittedAnew) {
  Site site;
  site.scheduler().lose_when_followed(true);
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted(Site::job(id, "train", 2)) == 1; }));
  EXPECT_EQ(site.run(id).attempts.at(0).cause, Cause::never_began);
  site.scheduler().lose_when_followed(false);
  EXPECT_TRUE(site.run_until_state(id, RunState::released));
}

TEST(ARun, WhoseJobItsNodeRefusesIsSubmittedAnew) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().refuse(Site::job(id, "train"));
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted(Site::job(id, "train", 2)) == 1; }));
  EXPECT_EQ(site.run(id).attempts.at(0).cause, Cause::never_began);
}

TEST(ARun, WhoseStartTheSchedulerForgotIsStoredAgainWhenItsStoreJobIsLostToo) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.leave_exit_evidence(id, 0);
  site.scheduler().end(Site::job(id, "train"), JobOutcome::unknown, now());
  site.scheduler().end(Site::job(id, "store"), JobOutcome::unknown, now());
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted("-store") == 2; }));
  site.store(id);
  ASSERT_TRUE(site.run_until_state(id, RunState::completed));
  EXPECT_EQ(site.run(id).stored_objects, 3);
}

TEST(ARun, WhoseJobNobodyCancelledBeforeItBeganIsSubmittedAnew) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().end(Site::job(id, "train"), JobOutcome::cancelled, now());
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted(Site::job(id, "train", 2)) == 1; }));
}

TEST(ARun, StagesItsDataFirstAndBehindThatWaitsInTheScheduler) {
  Site site;
  std::int64_t id = site.submit({with_data(site)}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  EXPECT_EQ(site.driver().shown_state(site.run(id)), ShownState::staging);
  std::vector<JobRequest> jobs = site.scheduler().submitted();
  ASSERT_TRUE(jobs.at(1).dependency);
  EXPECT_EQ(jobs[1].dependency->kind, JobDependency::Kind::after_ok);
  site.leave_stage_evidence(site.run(id).dataset_digest, true);
  site.scheduler().start("-stage", now(), 0);
  site.scheduler().end("-stage", JobOutcome::completed, now());
  ASSERT_TRUE(site.run_until([&] { return site.driver().shown_state(site.run(id)) == ShownState::pending; }));
  site.train(id);
  site.store(id);
  EXPECT_TRUE(site.run_until_state(id, RunState::completed));
}

TEST(FailedStaging, FailsTheRunsThatWaitForItWithItsReason) {
  Site site(with_free_plan());
  std::vector<std::int64_t> ids = site.submit({with_data(site), with_data(site)});
  ASSERT_TRUE(site.run_until_state(ids.at(0), RunState::released));
  EXPECT_EQ(site.jobs_submitted("-stage"), 1);
  site.leave_stage_evidence(site.run(ids[0]).dataset_digest, false, "digits.csv:3: no label");
  site.scheduler().start("-stage", now(), 0);
  site.scheduler().end("-stage", JobOutcome::failed, now());
  site.scheduler().end(Site::job(ids[0], "train"), JobOutcome::dependency_failed, now());
  for (std::int64_t id : ids) {
    ASSERT_TRUE(site.run_until_state(id, RunState::failed));
    EXPECT_EQ(site.run(id).reason, "its data set could not be staged: digits.csv:3: no label");
  }
  EXPECT_EQ(site.scheduler().live("-store"), 0);
}

TEST(FailedStaging, FailsARunThatWasAboutToBeSubmitted) {
  Site site;
  site.driver().set_drained(true);
  std::int64_t id = site.submit({with_data(site)}).at(0);
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted("-stage") == 1; }));
  TrainingRun run = site.ledger().find_run(id).value();
  event::Admitted admitted{now(), 1};
  apply_event(run, admitted);
  site.ledger().append(run, admitted);
  DataSet data = site.ledger().find_data_set(run.dataset_digest).value();
  event::StageFailed failed{now(), "digits.csv:3: no label", false, {}};
  apply_event(data, failed);
  site.ledger().append(data, failed);
  site.restart();
  ASSERT_TRUE(site.run_until_state(id, RunState::failed));
  EXPECT_EQ(site.run(id).reason, "its data set could not be staged: digits.csv:3: no label");
}

TEST(TheFreePlan, TakesRunsOneAtATimeInOrder) {
  Site site(with_free_plan());
  std::vector<std::int64_t> ids = site.submit({one_gpu("a"), one_gpu("b"), one_gpu("c")});
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ASSERT_TRUE(site.run_until_state(ids[i], RunState::released));
    EXPECT_EQ(site.jobs_submitted("-train"), static_cast<int>(i + 1));
    if (i + 1 < ids.size()) {
      EXPECT_EQ(site.driver().waits().waiting_for(site.run(ids[i + 1])).words,
                "plan free: 1 of 1 GPU in use by run " + std::to_string(ids[i]));
    }
    site.train(ids[i]);
    site.store(ids[i]);
  }
  for (std::int64_t id : ids) EXPECT_TRUE(site.run_until_state(id, RunState::completed));
}

TEST(Admission, ThatCannotBeWrittenDownHasNotHappened) {
  Site site;
  site.driver().set_drained(true);
  std::vector<std::int64_t> ids = site.submit({one_gpu("a"), one_gpu("b")});
  site.driver().set_drained(false);
  {
    FullDisk full;
    int polls = site.scheduler().polls();
    ASSERT_TRUE(site.run_until([&] { return site.scheduler().polls() > polls + 2; }));
    for (std::int64_t id : ids) EXPECT_EQ(site.run(id).state, RunState::queued);
    EXPECT_EQ(site.jobs_submitted("-train"), 0);
  }
  for (std::int64_t id : ids) EXPECT_TRUE(site.run_until_state(id, RunState::released));
  EXPECT_EQ(site.scheduler().live("-train"), 2);
}

TEST(TheFreePlan, RefusesARunThatIsLarger) {
  Site site(with_free_plan());
  Manifest large = one_gpu();
  large.resources.nodes = 2;
  EXPECT_THROW(site.submit({large}), Error);
}

TEST(ASubmission, ThatComesTwiceIsTheSameRuns) {
  Site site;
  std::vector<std::int64_t> ids = site.submit({one_gpu()}, "c1");
  EXPECT_EQ(site.submit({one_gpu()}, "c1"), ids);
  EXPECT_NE(site.submit({one_gpu()}, "c2"), ids);
}

TEST(ASubmission, WithASourceThatIsNotThereIsRefusedWhole) {
  Site site;
  Manifest missing = with_data(site);
  missing.data->source += ".gone";
  EXPECT_THROW(site.submit({one_gpu(), missing}), Error);
  EXPECT_TRUE(site.ledger().list({}).empty());
}

TEST(ADrainedDaemon, AcceptsAndStartsNothingEvenAfterARestart) {
  Site site;
  site.driver().set_drained(true);
  std::int64_t id = site.submit({one_gpu()}).at(0);
  site.restart();
  ASSERT_TRUE(site.run_until([&] {
    return !site.driver().waits().waiting_for(site.run(id)).words.empty() &&
           site.driver().status().scheduler.polled_at.has_value();
  }));
  EXPECT_EQ(site.run(id).state, RunState::queued);
  EXPECT_NE(site.driver().waits().waiting_for(site.run(id)).words.find("drained"), std::string::npos);
  site.driver().set_drained(false);
  EXPECT_TRUE(site.run_until_state(id, RunState::released));
}

TEST(Cancelling, AQueuedRunEndsItAtOnce) {
  Site site(with_free_plan());
  std::vector<std::int64_t> ids = site.submit({one_gpu("a"), one_gpu("b")});
  ASSERT_TRUE(site.run_until_state(ids[0], RunState::released));
  site.driver().cancel(ids[1], "ada");
  EXPECT_EQ(site.run(ids[1]).state, RunState::cancelled);
  EXPECT_EQ(site.run(ids[1]).reason, "cancelled by ada");
  EXPECT_EQ(site.jobs_submitted(Site::job(ids[1], "train")), 0);
}

TEST(Cancelling, APendingRunLeavesNothingInTheScheduler) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.driver().cancel(id, "ada");
  ASSERT_TRUE(site.run_until_state(id, RunState::cancelled));
  EXPECT_EQ(site.scheduler().live("-train") + site.scheduler().live("-store"), 0);
  EXPECT_EQ(site.run(id).gpu_seconds, 0);
}

TEST(Cancelling, ARunningRunSettlesItWhenItsJobHasEndedAndStoresWhatItHas) {
  Site site;
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().start(Site::job(id, "train"), now() - std::chrono::seconds(60));
  ASSERT_TRUE(site.run_until_state(id, RunState::running));
  site.leave_exit_evidence(id, 0, 15);
  site.driver().cancel(id, "ada");
  ASSERT_TRUE(site.run_until_state(id, RunState::storing));
  EXPECT_EQ(site.scheduler().live("-store"), 1);
  site.store(id);
  ASSERT_TRUE(site.run_until_state(id, RunState::cancelled));
  EXPECT_EQ(site.run(id).reason, "cancelled by ada");
  EXPECT_GE(site.run(id).gpu_seconds, 60);
}

TEST(Cancelling, ARunThatMightHaveBeenTriedAgainLetsItsLogsBeStored) {
  Site site;
  Manifest manifest = one_gpu();
  manifest.retry.attempts = 2;
  std::int64_t id = site.submit({manifest}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().start(Site::job(id, "train"), now() - std::chrono::seconds(60));
  ASSERT_TRUE(site.run_until_state(id, RunState::running));
  site.leave_exit_evidence(id, 0, 15);
  site.driver().cancel(id, "ada");
  ASSERT_TRUE(site.run_until_state(id, RunState::storing));
  std::string attempt = layout::attempt_directory(site.scratch(), id, 1);
  EXPECT_TRUE(std::filesystem::exists(join_path(attempt, layout::settled_file)));
}

TEST(Cancelling, WhatIsNotThereIsAnErrorAndWhatIsOverIsNone) {
  Site site;
  EXPECT_THROW(site.driver().cancel(4711, "ada"), Error);
  std::int64_t id = site.submit({one_gpu()}).at(0);
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.train(id);
  site.store(id);
  ASSERT_TRUE(site.run_until_state(id, RunState::completed));
  site.driver().cancel(id, "ada");
  EXPECT_EQ(site.run(id).state, RunState::completed);
}

}  // namespace
}  // namespace trainyard
