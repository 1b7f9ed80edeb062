// A run is the fold of its events.
#include <gtest/gtest.h>

#include "daemon/base/error.h"
#include "daemon/run/next_step.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

TEST(Fold, OfAWholeLifeGoesThroughEveryState) {
  const std::vector<RunState> expected{RunState::queued,   RunState::admitted, RunState::submitted,
                                       RunState::released, RunState::running,  RunState::ended,
                                       RunState::ended,    RunState::storing,  RunState::storing,
                                       RunState::storing,  RunState::completed};
  std::vector<RunState> states;
  TrainingRun run;
  for (const RunEvent& event : whole_life()) {
    apply_event(run, event);
    states.push_back(run.state);
  }
  EXPECT_EQ(states, expected);
}

TEST(Fold, KeepsWhatTheEventsSaid) {
  TrainingRun run = fold(7, whole_life());
  EXPECT_EQ(run.id, 7);
  EXPECT_EQ(run.owner, ada());
  EXPECT_EQ(*run.manifest, manifest_of());
  EXPECT_EQ(run.accepted_at, at(0));
  EXPECT_EQ(run.ended_at, at(3802));
  EXPECT_EQ(run.attempt()->train->key, job_key(train_id));
  EXPECT_EQ(run.attempt()->train->nodes, "n1");
  EXPECT_EQ(run.attempt()->store->key, job_key(store_id));
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.gpu_seconds, 3600);
  EXPECT_EQ(run.stored_objects, 3);
  EXPECT_EQ(run.stored_bytes, 4096);
}

TEST(Fold, IsTheSameWhenEveryEventComesTwice) {
  std::vector<RunEvent> twice;
  for (const RunEvent& event : whole_life()) twice.insert(twice.end(), 2, event);
  TrainingRun run = fold(7, twice);
  EXPECT_EQ(run.state, RunState::completed);
  EXPECT_EQ(run.attempts.size(), 1u);
  EXPECT_EQ(run.attempt()->store_tries, 1);
  EXPECT_EQ(run.gpu_seconds, 3600);
}

TEST(Fold, CountsAStoreJobThatIsToldTwiceOnce) {
  event::StoreRetried retried{at(3802), "the bucket is away", job_key(12)};
  TrainingRun run = fold(7, life_until(10, {retried, retried}));
  EXPECT_EQ(run.state, RunState::storing);
  EXPECT_EQ(run.attempt()->store->key, job_key(12));
  EXPECT_EQ(run.attempt()->store_tries, 2);
}

TEST(Fold, LeavesARunThatIsOverAsItIs) {
  std::vector<RunEvent> events = whole_life();
  for (const RunEvent& late :
       {RunEvent(event::Failed{at(9000), "late", hour_of(99)}),
        RunEvent(event::CancelRequested{at(9000), "eve"}), RunEvent(event::Cancelled{at(9000)}),
        RunEvent(event::Retried{at(9000), Cause::lost, "late", false, "", hour_of(98)}),
        RunEvent(event::Admitted{at(9000), 2})})
    events.push_back(late);
  TrainingRun run = fold(7, events);
  EXPECT_EQ(run.state, RunState::completed);
  EXPECT_EQ(run.ended_at, at(3802));
  EXPECT_EQ(run.reason, "");
  EXPECT_EQ(run.gpu_seconds, 3600);
}

TEST(Fold, OfARetriedAttemptIsQueuedAgainAndKeepsWhatItUsed) {
  TrainingRun run = fold(7, life_until(7, {event::Retried{at(3702), Cause::data, "no data", true, ""},
                                           event::Admitted{at(3703), 2}}));
  EXPECT_EQ(run.state, RunState::admitted);
  ASSERT_EQ(run.attempts.size(), 2u);
  EXPECT_EQ(run.attempts[0].reason, "no data");
  EXPECT_FALSE(run.attempt()->train);
  EXPECT_EQ(run.gpu_seconds, 3600);
}

TEST(Fold, ChargesOnceWhateverFollows) {
  for (const RunEvent& late : {RunEvent(event::Failed{at(3702), "its directory was locked"}),
                               RunEvent(used(train_id)), RunEvent(settled(Result::failed))})
    EXPECT_EQ(fold(7, life_until(7, {late})).gpu_seconds, 3600) << name_of(late);
}

TEST(Fold, ChargesAUseThatIsEnteredAfterTheRunIsOver) {
  std::vector<RunEvent> events = whole_life();
  events.push_back(event::Used{at(9000), JobRole::train, hour_of(99, 2), "it was missing"});
  EXPECT_EQ(fold(7, events).gpu_seconds, 3600 + 7200);
}

// Earlier releases recorded the charge in the event that follows the end, and not in one of its own.
TEST(Fold, ChargesEventsOfEarlierReleasesAsTheyDid) {
  event::Settled old = settled(Result::completed);
  old.segment = hour_of(train_id);
  TrainingRun run = fold(7, life_until(6, {old, event::Failed{at(4000), "no bucket", hour_of(store_id, 2)}}));
  EXPECT_EQ(run.gpu_seconds, 3600 + 7200);
  EXPECT_EQ(*charge_of(run, job_key(train_id)), hour_of(train_id));
}

TEST(Fold, KeepsWhatIsChargedAfterACorrection) {
  TrainingRun run = fold(
      7, life_until(7, {event::Corrected{at(3702), "late record", hour_of(train_id), hour_of(train_id, 2)}}));
  EXPECT_EQ(run.gpu_seconds, 7200);
  EXPECT_EQ(charge_of(run, job_key(train_id))->gpus, 2);
}

TEST(Fold, GoesByTheAccountOnRecordOnceThatIsKnown) {
  event::Accepted asked_for_none = accepted();
  asked_for_none.account = "physics";  // the user's default account
  TrainingRun run = fold(7, {asked_for_none});
  EXPECT_EQ(run.account, "physics");
  apply_event(run, event::Reassigned{at(1), "vision"});
  EXPECT_EQ(run.account, "vision");
}

TEST(Fold, OfAJobCancelledBeforeItsReleaseIsOverWithoutStoring) {
  JobStatus never_started;
  never_started.key = job_key(train_id);
  never_started.phase = JobPhase::ended;
  event::Settled cancelled{at(5), Result::cancelled, Cause::cancelled, "cancelled by ada"};
  TrainingRun run = fold(7, life_until(3, {event::CancelRequested{at(3), "ada"},
                                           event::Ended{at(4), JobRole::train, never_started}, cancelled}));
  EXPECT_EQ(run.state, RunState::cancelled);
  EXPECT_EQ(run.ended_at, at(5));
  EXPECT_EQ(run.gpu_seconds, 0);
}

TEST(Fold, OfFailedStoringSaysBothReasons) {
  TrainingRun run = fold(7, life_until(6, {settled(Result::failed, "exited with code 3"),
                                           event::Failed{at(4000), "no bucket", {}}}));
  EXPECT_EQ(run.state, RunState::failed);
  EXPECT_EQ(run.reason, "exited with code 3; no bucket");
}

TEST(NextStep, FollowsFromTheRunAlone) {
  const std::vector<std::optional<Step>> expected{
      std::nullopt, Step::submit, Step::release,         std::nullopt,          std::nullopt, Step::settle,
      Step::settle, std::nullopt, Step::collect_results, Step::collect_results, std::nullopt};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(next_step(fold(7, life_until(i + 1))), expected[i]) << "after " << name_of(whole_life()[i]);
}

TEST(NextStep, OfACancelledRunEndsItsJobsFirst) {
  auto cancelled_after = [](std::size_t events) {
    return next_step(fold(7, life_until(events, {event::CancelRequested{at(5000), "ada"}})));
  };
  EXPECT_EQ(cancelled_after(2), Step::abandon);
  for (std::size_t events : {3u, 4u, 5u}) EXPECT_EQ(cancelled_after(events), Step::cancel);
  EXPECT_EQ(cancelled_after(6), Step::settle);
  EXPECT_EQ(cancelled_after(9), Step::collect_results);
}

TEST(Delays, DoubleUpToFiveMinutes) {
  EXPECT_EQ(delay_after(1), std::chrono::seconds(2));
  EXPECT_EQ(delay_after(3), std::chrono::seconds(8));
  EXPECT_EQ(delay_after(1000), std::chrono::minutes(5));
}

TEST(ShownState, TellsStagingFromPending) {
  TrainingRun run = fold(7, life_until(4));
  EXPECT_EQ(shown_state(run.state, false), ShownState::staging);
  EXPECT_EQ(shown_state(run.state, true), ShownState::pending);
  EXPECT_EQ(shown_state(fold(7, life_until(6)).state, true), ShownState::storing);
}

TEST(ShownState, IsReadByItsNameAndListsTheNamesOtherwise) {
  for (ShownState state :
       {ShownState::queued, ShownState::staging, ShownState::pending, ShownState::running,
        ShownState::storing, ShownState::completed, ShownState::failed, ShownState::cancelled})
    EXPECT_EQ(shown_state_from(to_string(state)), state);
  try {
    shown_state_from("done");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid);
    EXPECT_NE(std::string(e.what()).find("completed"), std::string::npos);
  }
}

TEST(Tokens, NameLedgerRunAttemptAndRole) {
  EXPECT_EQ(token_of("1f3a", 42, 2, JobRole::store), "ty-1f3a-42.2-store");
  EXPECT_TRUE(token_of("1f3a", 42, 2, JobRole::store).starts_with(token_prefix("1f3a")));
}

}  // namespace
}  // namespace trainyard
