// Every event is the same after it was written as JSON and read again.
#include "daemon/run/events.h"

#include <gtest/gtest.h>

#include <set>

#include "daemon/base/error.h"
#include "daemon/run/data_set.h"
#include "daemon/run/next_step.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

DataSpec digits() {
  DataSpec data;
  data.source = "file:///srv/data/digits.csv";
  data.format = "csv";
  data.options = {{"label", 0}, {"header", true}};
  return data;
}

std::vector<RunEvent> every_run_event() {
  std::vector<RunEvent> events = whole_life();
  event::Accepted full = accepted(manifest_of(2, "physics"), "lab");
  full.manifest.data = digits();
  full.dataset_digest = "d1";
  full.code_digest = "c1";
  full.account = "physics";
  event::Settled failed = settled(Result::failed, "exited with code 3");
  failed.exit_code = 3;
  failed.last_lines = {"a", "ü"};
  event::Settled killed = settled(Result::cancelled, "cancelled by ada");
  killed.signal = 15;
  JobStatus suspended = ended_job(train_id, JobOutcome::completed);
  suspended.suspended = std::chrono::seconds(600);
  suspended.suspension_turn_at = at(2000);
  Segment by_evidence = hour_of(train_id, 2);
  by_evidence.source = SegmentSource::evidence;
  by_evidence.account = "physics";
  failed.last_seen_at = at(3690);
  for (const RunEvent& event :
       {RunEvent(full),
        RunEvent(failed),
        RunEvent(killed),
        RunEvent(event::Admitted{at(1), 2, ArrayPlace{7, 1, 3}}),
        RunEvent(event::Started{at(3), at(2), "n1", 4}),
        RunEvent(event::Reassigned{at(3), "vision"}),
        RunEvent(event::Used{at(5), JobRole::store, by_evidence, "Slurm lost the job"}),
        RunEvent(event::Submitted{at(2), task_of(job_key(10), 3)}),
        RunEvent(event::Submitted{at(2), job_key(10), "welcome"}),
        RunEvent(event::Ended{at(5), JobRole::train, suspended}),
        RunEvent(event::StoreRetried{at(5), "away", job_key(12), hour_of(store_id, 0)}),
        RunEvent(event::Failed{at(5), "no bucket", {}}),
        RunEvent(event::CancelRequested{at(5), "ada"}),
        RunEvent(event::Cancelled{at(5)}),
        RunEvent(event::Waiting{at(5), {"Resources", "waiting for free nodes or GPUs (Resources)"}}),
        RunEvent(event::Suspended{at(5), at(4)}),
        RunEvent(event::Resumed{at(6), {at(4), at(6)}}),
        RunEvent(event::Corrected{at(5), "late record", hour_of(train_id), hour_of(train_id, 2)}),
        RunEvent(event::Unknown{at(5), "paused", {{"by", "ada"}}}),
        RunEvent(event::Retried{at(5), Cause::data, "no data", true, "n1", hour_of(train_id)})})
    events.push_back(event);
  return events;
}

std::vector<DataSetEvent> every_data_set_event() {
  return {event::Wanted{at(0), ada(), digits(), 2, 4711, {"/scratch", "/scratch/ada/t"}},
          event::Staging{at(1), 2, job_key(5)},
          event::Ready{at(2), 100, 60, 40, hour_of(5, 0)},
          event::StageFailed{at(3), "full", true, {}},
          event::StageFailed{at(3), "no keys", true, {}, true},
          event::Used{at(2), JobRole::stage, hour_of(5, 0), ""},
          event::Evicting{at(4)},
          event::Evicted{at(4)},
          event::Pinned{at(4), "ada"},
          event::Unpinned{at(4), "ada"},
          event::Unknown{at(5), "copied", {{"to", "n1"}}}};
}

TEST(RunEvents, ComeBackFromTheirJson) {
  std::set<std::size_t> kinds;
  for (const RunEvent& event : every_run_event()) {
    kinds.insert(event.index());
    Json body = body_of(event);
    RunEvent again = run_event(name_of(event), time_of(event), parse_json(body.dump(), "an event"));
    EXPECT_EQ(again.index(), event.index()) << name_of(event);
    EXPECT_EQ(time_of(again), time_of(event)) << name_of(event);
    EXPECT_EQ(body_of(again), body) << name_of(event);
    Charge charge = charge_of(event), charge_again = charge_of(again);
    ASSERT_EQ(charge.segment == nullptr, charge_again.segment == nullptr) << name_of(event);
    if (charge.segment != nullptr) {
      EXPECT_EQ(*charge.segment, *charge_again.segment) << name_of(event);
      EXPECT_EQ(charge.role, charge_again.role) << name_of(event);
    }
    EXPECT_EQ(last_sign_of_life(again), last_sign_of_life(event)) << name_of(event);
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<RunEvent>);
}

TEST(RunEvents, FoldTheSameAfterTheirJson) {
  std::vector<RunEvent> again;
  for (const RunEvent& event : whole_life())
    again.push_back(run_event(name_of(event), time_of(event), body_of(event)));
  TrainingRun run = fold(7, again);
  EXPECT_EQ(run.state, RunState::completed);
  EXPECT_EQ(*run.manifest, manifest_of());
  EXPECT_EQ(run.attempt()->train->end->outcome, JobOutcome::completed);
  EXPECT_EQ(run.gpu_seconds, 3600);
}

TEST(DataSetEvents, ComeBackFromTheirJson) {
  std::set<std::size_t> kinds;
  for (const DataSetEvent& event : every_data_set_event()) {
    kinds.insert(event.index());
    Json body = body_of(event);
    DataSetEvent again = data_set_event(name_of(event), time_of(event), parse_json(body.dump(), "an event"));
    EXPECT_EQ(again.index(), event.index()) << name_of(event);
    EXPECT_EQ(time_of(again), time_of(event)) << name_of(event);
    EXPECT_EQ(body_of(again), body) << name_of(event);
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<DataSetEvent>);
}

TEST(Events, ThatOnlyANewerReleaseKnowsAreKeptAsTheyAre) {
  RunEvent event = run_event("teleported", at(3), {{"to", "n1"}});
  EXPECT_STREQ(name_of(event), "teleported");
  EXPECT_EQ(body_of(event), (Json{{"to", "n1"}}));
  TrainingRun run = fold(7, {event::Accepted{at(0), ada(), manifest_of(), "", "", ""}, event});
  EXPECT_TRUE(run.is_of_newer_release);
  EXPECT_EQ(run.state, RunState::queued);
}

TEST(Events, WithoutWhatTheyMustSayAreRefused) {
  EXPECT_THROW(run_event("submitted", at(0), Json::object()), Error);
  EXPECT_THROW(data_set_event("staging", at(0), Json::object()), Error);
}

TEST(Roles, AreReadByTheirNames) {
  for (JobRole role : {JobRole::stage, JobRole::train, JobRole::store})
    EXPECT_EQ(job_role_from(to_string(role)), role);
}

TEST(DataSetFold, FollowsItsEvents) {
  DataSet set = fold("d1", {event::Wanted{at(0), ada(), digits(), 1, 4711, {}}});
  EXPECT_EQ(set.state, DataSetState::wanted);
  apply_event(set, event::Staging{at(1), 1, job_key(5)});
  EXPECT_EQ(set.state, DataSetState::staging);
  EXPECT_EQ(set.job, job_key(5));
  apply_event(set, event::StageFailed{at(2), "the disk is full", true, {}});
  EXPECT_EQ(set.state, DataSetState::wanted);
  EXPECT_EQ(set.attempts, 1);
  EXPECT_EQ(set.reason, "the disk is full");
  apply_event(set, event::Staging{at(3), 2, job_key(6)});
  apply_event(set, event::Ready{at(4), 4711, 60, 40, {}});
  EXPECT_EQ(set.state, DataSetState::ready);
  EXPECT_EQ(set.size_bytes, 4711);
  EXPECT_EQ(set.changed_at, at(4));
}

TEST(DataSetFold, KnowsPinsWhichLeaveTheTimeOfItsLastChangeAlone) {
  DataSet set = fold("d1", {event::Wanted{at(0), ada(), digits(), 1, 4711, {}},
                            event::Staging{at(1), 1, job_key(5)}, event::Pinned{at(2), "ada"}});
  EXPECT_TRUE(set.is_pinned);
  EXPECT_EQ(set.state, DataSetState::staging);
  EXPECT_EQ(set.changed_at, at(1));  // its stage job is looked for from this time on
  apply_event(set, event::Unpinned{at(3), "ada"});
  EXPECT_FALSE(set.is_pinned);
}

TEST(DataSetFold, GivesUpItsPinWithItsFiles) {
  DataSet set = fold("d1", {event::Wanted{at(0), ada(), digits(), 1, 4711, {}}, event::Pinned{at(2), "ada"},
                            event::Evicting{at(3)}});
  EXPECT_EQ(set.state, DataSetState::evicting);
  EXPECT_FALSE(set.is_pinned);
  EXPECT_EQ(next_step(set, {}), Step::evict);
  apply_event(set, event::Evicted{at(4)});
  EXPECT_EQ(set.state, DataSetState::evicted);
}

TEST(DataSetFold, FailsForGoodWhereNobodyIsToTryAgain) {
  DataSet set = fold("d1", {event::Wanted{at(0), ada(), digits(), 1, 4711, {}},
                            event::StageFailed{at(2), "line 3: no label", false, {}}});
  EXPECT_EQ(set.state, DataSetState::failed);
  apply_event(set, event::Wanted{at(3), ada(), digits(), 1, 4711, {}});
  EXPECT_EQ(set.state, DataSetState::wanted);
  EXPECT_EQ(set.reason, "");
}

TEST(DataSetFold, DoesNotCountAJobThatHadNoCredentialsAsFailed) {
  DataSet set =
      fold("d1", {event::Wanted{at(0), ada(), digits(), 1, 4711, {}}, event::Staging{at(1), 1, job_key(5)},
                  event::StageFailed{at(2), "no keys", true, {}, true}});
  EXPECT_EQ(set.state, DataSetState::wanted);
  EXPECT_EQ(set.attempts, 1);
  EXPECT_EQ(set.failed_attempts, 0);
  EXPECT_EQ(set.waits_for_credentials_since, at(2));
  apply_event(set, event::Staging{at(3), 2, job_key(6)});
  EXPECT_EQ(set.waits_for_credentials_since, std::nullopt);
  apply_event(set, event::StageFailed{at(4), "the disk is full", true, {}});
  EXPECT_EQ(set.failed_attempts, 1);
}

TEST(AnEarlierReleasesWanted, CountsTheObjectsThatItLists) {
  Json body = body_of(DataSetEvent(event::Wanted{at(0), ada(), digits(), 0, 0, {}}));
  body.erase("object_count");
  body.erase("source_bytes");
  body["objects"] = Json::array({{{"url", "u"}, {"key", "k"}, {"etag", "e"}, {"size_bytes", 11}}});
  body["test_objects"] = Json::array({{{"url", "v"}, {"key", "l"}, {"etag", "f"}, {"size_bytes", 31}}});
  DataSet set = fold("d1", {data_set_event("wanted", at(0), body)});
  EXPECT_EQ(set.objects, 2);
  EXPECT_EQ(set.source_bytes, 42);
}

}  // namespace
}  // namespace trainyard
