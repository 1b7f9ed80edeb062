// The usage of a job is in the ledger as soon as the end of the job is known, whatever happens afterwards.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"
#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using testing::one_gpu;
using testing::Site;

constexpr std::chrono::seconds a_minute{60};

std::int64_t gpu_seconds_in_force(Site& site) {
  std::int64_t sum = 0;
  for (const ChargedSegment& charged : site.ledger().segments_in_force(UtcSeconds{}))
    sum += gpu_seconds(charged.segment);
  return sum;
}

// Returns the id of a run whose train job has been running for a minute.
std::int64_t running_run(Site& site) {
  std::int64_t id = site.submit({one_gpu()}).at(0);
  EXPECT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().start(Site::job(id, "train"), now() - a_minute);
  EXPECT_TRUE(site.run_until_state(id, RunState::running));
  return id;
}

bool run_until_charged(Site& site, std::int64_t id) {
  return site.run_until([&site, id] { return !site.run(id).charges.empty(); });
}

std::vector<std::string> names_of_events(Site& site, std::int64_t id) {
  std::vector<std::string> names;
  for (const auto& [at, event] : site.ledger().events_of(id)) names.emplace_back(name_of(event));
  return names;
}

// Returns the id of a run that was cancelled before its train job began, and is over.
std::int64_t run_cancelled_in_the_queue(Site& site) {
  std::int64_t id = site.submit({one_gpu()}).at(0);
  EXPECT_TRUE(site.run_until_state(id, RunState::released));
  site.driver().cancel(id, "ada");
  EXPECT_TRUE(site.run_until_state(id, RunState::cancelled));
  return id;
}

bool run_for_two_polls(Site& site) {
  int polls = site.scheduler().polls();
  return site.run_until([&site, polls] { return site.scheduler().polls() > polls + 2; });
}

// A killed slurmctld goes back to a state in which it had not heard of the cancellation, and starts the job.
TEST(ARun, ThatIsOverIsChargedForAJobThatSlurmStartedAgain) {
  Site site;
  std::int64_t id = run_cancelled_in_the_queue(site);
  EXPECT_EQ(gpu_seconds_in_force(site), 0);
  site.scheduler().start(Site::job(id, "train"), now() - std::chrono::seconds(2), 4);
  site.scheduler().end(Site::job(id, "train"), JobOutcome::failed, now());
  ASSERT_TRUE(site.run_until([&] { return gpu_seconds_in_force(site) > 0; }));
  EXPECT_EQ(gpu_seconds_in_force(site), 8);
  EXPECT_EQ(site.run(id).gpu_seconds, 8);
  EXPECT_EQ(site.run(id).state, RunState::cancelled);
  EXPECT_EQ(site.ledger().segments_in_force(UtcSeconds{}).at(0).run_id, id);
  site.restart();
  ASSERT_TRUE(run_for_two_polls(site));
  EXPECT_EQ(gpu_seconds_in_force(site), 8);
}

// Any user can give a job the name of another user's job.
TEST(ARun, ThatIsOverIsNotChargedForAJobOfAnotherUser) {
  Site site;
  std::int64_t id = run_cancelled_in_the_queue(site);
  JobStatus foreign = site.scheduler().jobs().at(0);
  foreign.key.job_id += 1000;
  foreign.uid += 1;
  site.scheduler().record(foreign);
  site.scheduler().start(Site::job(id, "train"), now() - a_minute);
  site.scheduler().end(Site::job(id, "train"), JobOutcome::failed, now());
  ASSERT_TRUE(run_for_two_polls(site));
  EXPECT_EQ(gpu_seconds_in_force(site), 0);
}

// A program can replace its own directory, for example after `rm -rf "$LOG_DIR/.."`.
TEST(ARun, IsChargedThoughItsDirectoryHasBecomeAFile) {
  Site site;
  std::int64_t id = running_run(site);
  std::string directory = layout::attempt_directory(site.scratch(), id, 1);
  std::filesystem::remove_all(directory);
  write_atomically(directory, "not a directory\n");
  site.scheduler().end(Site::job(id, "train"), JobOutcome::failed, now());
  ASSERT_TRUE(run_until_charged(site, id));
  site.run_until([&] { return site.scheduler().polls() > 5 && site.run(id).state != RunState::ended; });
  EXPECT_GE(site.run(id).gpu_seconds, 60);
  EXPECT_EQ(gpu_seconds_in_force(site), site.run(id).gpu_seconds);
}

TEST(ARun, HasItsEndAndItsUseInTheLedgerSideBySide) {
  Site site;
  std::int64_t id = running_run(site);
  site.leave_exit_evidence(id, 0);
  site.scheduler().end(Site::job(id, "train"), JobOutcome::completed, now());
  ASSERT_TRUE(site.run_until_state(id, RunState::storing));
  std::vector<std::string> names = names_of_events(site, id);
  auto ended = std::ranges::find(names, "ended");
  ASSERT_NE(ended, names.end());
  EXPECT_EQ(*(ended + 1), "used");
  EXPECT_EQ(*(ended + 2), "settled");
}

TEST(ARun, WhoseJobTheSchedulerForgetsIsChargedAsLongAsThePollsSawItRun) {
  Site site;
  std::int64_t id = running_run(site);
  int polls = site.scheduler().polls();
  ASSERT_TRUE(site.run_until([&] { return site.scheduler().polls() > polls + 1; }));
  site.scheduler().forget(Site::job(id, "train"));
  ASSERT_TRUE(run_until_charged(site, id));
  EXPECT_GE(site.run(id).gpu_seconds, 60);
  EXPECT_LE(site.run(id).gpu_seconds, 65);
  EXPECT_EQ(site.run(id).charges.at(0).source, SegmentSource::evidence);
}

TEST(ARun, IsChargedToTheAccountOnTheSchedulersRecord) {
  Site site;
  site.scheduler().charge_by_default("physics");
  std::int64_t id = site.submit({one_gpu()}).at(0);
  EXPECT_EQ(site.run(id).account, "physics");
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.scheduler().charge(Site::job(id, "train"), "vision");
  ASSERT_TRUE(site.run_until([&] { return site.run(id).account == "vision"; }));
  site.train(id);
  ASSERT_TRUE(run_until_charged(site, id));
  EXPECT_EQ(site.ledger().segments_in_force(UtcSeconds{}).at(0).account, "vision");
}

TEST(ASubmission, AsksForTheDefaultAccountAndIsAcceptedWhereThatIsNotKnown) {
  Site site;
  site.scheduler().charge_by_default("physics");
  site.scheduler().go_away(true);
  EXPECT_EQ(site.run(site.submit({one_gpu()}, "c1").at(0)).account, "");
  site.scheduler().go_away(false);
  EXPECT_EQ(site.run(site.submit({one_gpu()}, "c2").at(0)).account, "physics");
}

TEST(ARun, OfAnEarlierReleaseWhoseEndWasNotChargedYetIsChargedAtTheStart) {
  Site site;
  std::int64_t id = running_run(site);
  TrainingRun run = site.run(id);
  JobStatus job = site.scheduler().jobs().at(0);
  job.phase = JobPhase::ended;
  job.ended_at = now();
  event::Ended ended{now(), JobRole::train, job};
  apply_event(run, ended);
  site.ledger().append(run, ended);
  site.restart();
  EXPECT_GE(site.run(id).gpu_seconds, 60);
  EXPECT_EQ(gpu_seconds_in_force(site), site.run(id).gpu_seconds);
  site.restart();
  EXPECT_EQ(gpu_seconds_in_force(site), site.run(id).gpu_seconds);
}

TEST(AStageJob, IsChargedWhenItsEndIsFoundOnceEvenAfterARestart) {
  Site site;
  write_atomically(site.file("digits.csv"), "0,1\n");
  Manifest manifest = one_gpu();
  manifest.data.emplace();
  manifest.data->source = "file://" + site.file("digits.csv");
  manifest.data->format = "csv";
  manifest.data->options = {{"label", 0}};
  std::int64_t id = site.submit({manifest}).at(0);
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted("-stage") == 1; }));
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.leave_stage_evidence(site.run(id).dataset_digest, true);
  site.scheduler().start("-stage", now() - a_minute, 0);
  site.scheduler().end("-stage", JobOutcome::completed, now());
  auto stage_charges = [&] {
    return std::ranges::count(site.ledger().segments_in_force(UtcSeconds{}), JobRole::stage,
                              &ChargedSegment::role);
  };
  ASSERT_TRUE(site.run_until([&] { return stage_charges() == 1; }));
  site.restart();
  ASSERT_TRUE(site.run_until([&] { return site.driver().shown_state(site.run(id)) == ShownState::pending; }));
  EXPECT_EQ(stage_charges(), 1);
}

TEST(TheStatus, TellsWhatTheSchedulerWarnsOf) {
  Site site;
  site.scheduler().warn("it does not account for GPUs");
  ASSERT_TRUE(site.run_until([&] { return site.driver().status().scheduler.polled_at.has_value(); }));
  EXPECT_EQ(site.driver().status().scheduler.warnings,
            std::vector<std::string>{"it does not account for GPUs"});
}

}  // namespace
}  // namespace trainyard
