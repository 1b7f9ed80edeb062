// Tests that what a call of the ledger has recorded is there, exactly once, when the ledger is opened again.
#include "daemon/ledger/ledger.h"

#include <gtest/gtest.h>

#include "daemon/base/error.h"
#include "tests/kernels/temporary_directory.h"
#include "tests/unit/ledger/live_runs.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

class ALedger : public ::testing::Test {
 protected:
  void reopen() {
    ledger_.reset();
    ledger_.emplace(path_);
  }

  std::int64_t accept(const event::Accepted& run, const std::string& client_id) {
    return ledger_->accept({run.owner.uid, client_id, "digits.toml", "name = \"digits\""}, {run}, {})
        .run_ids.at(0);
  }

  // Applies these events to the run and appends them to the ledger.
  TrainingRun append(std::int64_t run_id, const std::vector<RunEvent>& events) {
    TrainingRun run = ledger_->find_run(run_id).value();
    for (const RunEvent& event : events) {
      apply_event(run, event);
      ledger_->append(run, event);
    }
    return run;
  }

  // Adds a run that is completed; its train and store jobs have the ids `job_id` and `job_id` + 1.
  std::int64_t add_ended_run(const event::Accepted& accepted_event, std::uint32_t job_id) {
    std::int64_t id = accept(accepted_event, "run-" + std::to_string(job_id));
    append(id, {event::Admitted{at(1), 1}, event::Submitted{at(2), job_key(job_id)},
                event::Released{at(3), job_key(job_id + 1)},
                event::Ended{at(3701), JobRole::train, ended_job(job_id, JobOutcome::completed)},
                used(job_id), settled(Result::completed), event::Stored{at(3802), 3, 4096}});
    return id;
  }

  std::vector<std::int64_t> ids(const RunFilter& filter) { return ledger_->list(filter); }

  TemporaryDirectory folder_;
  std::string path_ = folder_.file("ledger.db");
  std::optional<Ledger> ledger_{std::in_place, path_};
};

using Ids = std::vector<std::int64_t>;

TEST_F(ALedger, KnowsASubmissionByItsUserAndClientId) {
  std::int64_t id = accept(accepted(), "c1");
  std::optional<SubmittedRuns> found = ledger_->find_submission(ada().uid, "c1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->run_ids, Ids{id});
  EXPECT_FALSE(ledger_->find_submission(ada().uid, "c2"));
  EXPECT_FALSE(ledger_->find_submission(ada().uid + 1, "c1"));
}

class AnUnfinishedSubmission : public ALedger {
 protected:
  // The submission has three runs; two of them are written.
  AnUnfinishedSubmission()
      : submission_(ledger_->begin_submission({ada().uid, "large", "large.toml", "…"}, 3)) {
    add(0), add(1);
  }
  void add(int n) {
    TrainingRun run;
    run.id = submission_.first_run_id + n;
    apply_event(run, accepted());
    ledger_->add_run(submission_, run, body_of(RunEvent(accepted())).dump());
  }
  UnfinishedSubmission submission_;
};

TEST_F(AnUnfinishedSubmission, IsSeenByNobody) {
  EXPECT_EQ(ids({}), Ids{});
  EXPECT_FALSE(ledger_->find_run(submission_.first_run_id));
  EXPECT_TRUE(ledger_->events_of(submission_.first_run_id).empty());
  EXPECT_FALSE(ledger_->submission_of(submission_.first_run_id));
  EXPECT_FALSE(ledger_->find_submission(ada().uid, "large"));
}

TEST_F(AnUnfinishedSubmission, KeepsItsIdsWhileOthersAreAccepted) {
  std::int64_t other = accept(accepted(), "small");
  EXPECT_EQ(ids({}), Ids{other});
  add(2);
  ledger_->finish_submission(submission_, {});
  std::int64_t first = submission_.first_run_id;
  EXPECT_EQ(ids({}), (Ids{other, first + 2, first + 1, first}));
  EXPECT_EQ(ledger_->find_submission(ada().uid, "large")->run_ids, (Ids{first, first + 1, first + 2}));
  EXPECT_EQ(ledger_->find_run(first + 2)->name, accepted().manifest.name);
}

TEST_F(AnUnfinishedSubmission, IsGoneWhenTheLedgerIsOpenedAgain) {
  std::int64_t other = accept(accepted(), "small");
  reopen();
  EXPECT_EQ(ledger_->live_runs_of(ada().uid), 1);
  EXPECT_EQ(ids({}), Ids{other});
  std::int64_t again = accept(accepted(), "large");
  EXPECT_GT(again, other);
}

TEST_F(AnUnfinishedSubmission, IsRemovedPieceByPiece) {
  EXPECT_FALSE(ledger_->remove_runs(submission_, 1));
  EXPECT_TRUE(ledger_->remove_runs(submission_, 1));
  EXPECT_EQ(ledger_->live_runs_of(ada().uid), 0);
  accept(accepted(), "large");
}

TEST_F(ALedger, TakesAClientIdOnce) {
  accept(accepted(), "c1");
  EXPECT_THROW(accept(accepted(), "c1"), Error);
  EXPECT_EQ(ids({}).size(), 1u);
}

TEST_F(ALedger, ListsRunsThatEndedWholeAndOfThoseThatLiveTheirIds) {
  std::int64_t ended = add_ended_run(accepted(), 20), live = accept(accepted(), "live");
  std::vector<ListedRun> listed = ledger_->list_with_ended({});
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].id, live);
  EXPECT_FALSE(listed[0].ended);
  EXPECT_EQ(listed[1].id, ended);
  ASSERT_TRUE(listed[1].ended);
  EXPECT_EQ(listed[1].ended->state, RunState::completed);
}

TEST_F(ALedger, IsReadBesideTheOneThatWrites) {
  std::unique_ptr<Ledger> reader = Ledger::open_to_read(path_);
  EXPECT_EQ(reader->id(), ledger_->id());
  std::int64_t id = accept(accepted(), "c1");
  EXPECT_EQ(reader->list({}), Ids{id});
  EXPECT_THROW(reader->set_setting("drained", "yes"), Error);
}

TEST_F(ALedger, ThatIsNotThereIsNotMadeToBeRead) {
  EXPECT_THROW(Ledger::open_to_read(folder_.file("another.db")), Error);
}

TEST_F(ALedger, KeepsTheManifestAsItCame) {
  std::optional<Submission> submission = ledger_->submission_of(accept(accepted(), "c1"));
  ASSERT_TRUE(submission);
  EXPECT_EQ(submission->file, "digits.toml");
  EXPECT_EQ(submission->text, "name = \"digits\"");
  EXPECT_FALSE(ledger_->submission_of(4711));
}

TEST_F(ALedger, KeepsWhatAClientIdStandsFor) {
  ledger_->accept({ada().uid, "c1", "digits.toml", "", "digest"}, {accepted()}, {});
  reopen();
  EXPECT_EQ(ledger_->find_submission(ada().uid, "c1")->contents, "digest");
  EXPECT_FALSE(ledger_->find_submission(ada().uid + 1, "c1"));
}

TEST_F(ALedger, CountsTheLiveRunsOfAUser) {
  std::int64_t id = accept(accepted(), "c1");
  accept(accepted(), "c2");
  EXPECT_EQ(ledger_->live_runs_of(ada().uid), 2);
  EXPECT_EQ(ledger_->live_runs_of(ada().uid + 1), 0);
  append(id, {event::Failed{at(1), "no such bucket", {}}});
  EXPECT_EQ(ledger_->live_runs_of(ada().uid), 1);
}

TEST_F(ALedger, GivesTheSameFoldsWhenItIsOpenedAgain) {
  std::int64_t id = accept(accepted(), "c1");
  std::vector<RunEvent> events = life_until(5);
  events.erase(events.begin());
  TrainingRun before = append(id, events);
  std::string ledger_id = ledger_->id();
  reopen();
  EXPECT_EQ(ledger_->id(), ledger_id);
  std::vector<TrainingRun> live = all_live_runs(*ledger_);
  ASSERT_EQ(live.size(), 1u);
  EXPECT_EQ(live[0].id, id);
  EXPECT_EQ(live[0].state, RunState::running);
  EXPECT_EQ(*live[0].manifest, *before.manifest);
  EXPECT_EQ(live[0].attempt()->train->key, before.attempt()->train->key);
  EXPECT_EQ(live[0].attempt()->train->started_at, before.attempt()->train->started_at);
  EXPECT_EQ(ledger_->events_of(id).size(), 5u);
}

// The ledger reads live runs in another way than a single run.
TEST_F(ALedger, ShowsLiveRunsAsTheFoldsOfTheirEvents) {
  event::Accepted run = accepted();
  run.plan = "vision";
  run.dataset_digest = "data";
  run.code_digest = "code";
  run.manifest.resources.account = "physics";
  run.manifest.resources.nodes = 2;
  run.manifest.resources.gpus_per_node = 3;
  std::int64_t id = accept(run, "c1");
  TrainingRun live = all_live_runs(*ledger_).at(0), folded = ledger_->find_run(id).value();
  EXPECT_EQ(live.id, folded.id);
  EXPECT_EQ(live.owner, folded.owner);
  EXPECT_EQ(live.accepted_at, folded.accepted_at);
  EXPECT_EQ(*live.manifest, *folded.manifest);
  EXPECT_EQ(std::tie(live.name, live.account, live.plan, live.dataset_digest, live.code_digest),
            std::tie(folded.name, folded.account, folded.plan, folded.dataset_digest, folded.code_digest));
  EXPECT_EQ(std::tie(folded.name, folded.account, folded.gpus),
            std::make_tuple(run.manifest.name, "physics", 6));
  EXPECT_EQ(live.gpus, 6);
}

TEST_F(ALedger, CountsTheGpusOfALiveBatchScriptThatAsksForThemInAll) {
  event::Accepted run = accepted();
  run.manifest.resources.gpus_in_all = 5;
  accept(run, "c1");
  EXPECT_EQ(all_live_runs(*ledger_).at(0).gpus, 5);
}

TEST_F(ALedger, HasNoLiveRunsAfterTheirEnd) {
  std::int64_t id = add_ended_run(accepted(), 10);
  EXPECT_TRUE(all_live_runs(*ledger_).empty());
  EXPECT_EQ(ledger_->find_run(id)->state, RunState::completed);
  EXPECT_FALSE(ledger_->find_run(id + 1));
}

TEST_F(ALedger, WritesASegmentOnceEvenIfItsEventIsAppendedTwice) {
  std::int64_t id = accept(accepted(), "c1");
  std::vector<RunEvent> events = life_until(6);
  events.erase(events.begin());
  append(id, events);
  append(id, {used(train_id), used(train_id)});
  std::vector<ChargedSegment> segments = ledger_->segments(at(0), at(10'000));
  ASSERT_EQ(segments.size(), 1u);
  EXPECT_EQ(segments[0].segment, hour_of(train_id));
  EXPECT_EQ(segments[0].role, JobRole::train);
  EXPECT_EQ(segments[0].run_id, id);
  EXPECT_EQ(segments[0].user, "ada");
  EXPECT_EQ(ledger_->find_run(id)->gpu_seconds, 3600);
}

TEST_F(ALedger, GivesTheSegmentsThatOverlapThePeriodWhole) {
  add_ended_run(accepted(), 10);  // its segment is [100, 3700)
  EXPECT_EQ(ledger_->segments(at(3699), at(9000)).size(), 1u);
  EXPECT_EQ(ledger_->segments(at(0), at(101)).size(), 1u);
  EXPECT_EQ(ledger_->segments(at(200), at(300)).at(0).segment, hour_of(10));
  EXPECT_TRUE(ledger_->segments(at(3700), at(9000)).empty());
  EXPECT_TRUE(ledger_->segments(at(0), at(100)).empty());
}

TEST_F(ALedger, GivesASegmentWithoutLengthWithThePeriodThatHoldsItsSecond) {
  Segment segment = hour_of(10);
  segment.ended_at = segment.started_at;
  append(accept(accepted(), "c1"), {event::Used{at(101), JobRole::train, segment, ""}});
  EXPECT_EQ(ledger_->segments(at(100), at(9000)).size(), 1u);
  EXPECT_EQ(ledger_->segments(at(0), at(101)).size(), 1u);
  EXPECT_TRUE(ledger_->segments(at(101), at(9000)).empty());
  EXPECT_TRUE(ledger_->segments(at(0), at(100)).empty());
}

TEST_F(ALedger, UndoesAllOfATurnThatFails) {
  std::int64_t id = accept(accepted(), "c1");
  EXPECT_THROW(ledger_->together([&] {
    append(id, {event::Admitted{at(1), 1}});
    throw Error(ErrorKind::unavailable, "the disk is full");
  }),
               Error);
  EXPECT_EQ(ledger_->find_run(id)->state, RunState::queued);
  append(id, {event::Admitted{at(1), 1}});
  EXPECT_EQ(ledger_->find_run(id)->state, RunState::admitted);
}

TEST_F(ALedger, OfANewerReleaseIsRefused) {
  ledger_.reset();
  Database(path_).execute("pragma user_version = 4711");
  try {
    Ledger newer(path_);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid);
    EXPECT_NE(std::string(e.what()).find("newer release"), std::string::npos);
  }
}

TEST_F(ALedger, RemembersSettings) {
  EXPECT_FALSE(ledger_->setting("drained"));
  ledger_->set_setting("drained", "yes");
  ledger_->set_setting("drained", "no");
  reopen();
  EXPECT_EQ(ledger_->setting("drained"), "no");
}

TEST_F(ALedger, ListsTheNewestFirstPageByPage) {
  for (const char* client_id : {"c1", "c2", "c3"}) accept(accepted(), client_id);
  RunFilter filter;
  filter.limit = 2;
  EXPECT_EQ(ids(filter), (Ids{3, 2}));
  filter.before = 2;
  EXPECT_EQ(ids(filter), Ids{1});
}

TEST_F(ALedger, ListsByOwnerNamePlanSubmissionTimeAndEnd) {
  event::Accepted bobs = accepted(manifest_of(), "lab");
  bobs.owner = {1002, 100, "bob"};
  bobs.manifest.name = "faces";
  bobs.at = at(50);
  std::int64_t first = add_ended_run(accepted(), 10), second = accept(bobs, "c2");
  auto only = [this](auto change) {
    RunFilter filter;
    change(filter);
    return ids(filter);
  };
  EXPECT_EQ(only([](RunFilter& f) { f.uid = 1001; }), Ids{first});
  EXPECT_EQ(only([](RunFilter& f) { f.user = "bob"; }), Ids{second});
  EXPECT_EQ(only([](RunFilter& f) { f.name = "faces"; }), Ids{second});
  EXPECT_EQ(only([](RunFilter& f) { f.plan = "lab"; }), Ids{second});
  EXPECT_EQ(only([](RunFilter& f) { f.submission_id = 1; }), Ids{first});
  EXPECT_EQ(only([](RunFilter& f) { f.over = true; }), Ids{first});
  EXPECT_EQ(only([](RunFilter& f) { f.over = false; }), Ids{second});
  EXPECT_EQ(only([](RunFilter& f) { f.since = at(50); }), Ids{second});
  EXPECT_EQ(only([](RunFilter& f) { f.user = "eve"; }), Ids{});
  EXPECT_EQ(only([](RunFilter& f) { f.since = at(51); }), Ids{});
  EXPECT_EQ(only([](RunFilter& f) {
              f.plan = "lab";
              f.over = true;
            }),
            Ids{});
}

TEST_F(ALedger, NamesTheRunsWhoseDirectoriesAreDue) {
  std::int64_t id = add_ended_run(accepted(), 10);
  EXPECT_TRUE(ledger_->ended_before(at(3802), 10).empty());
  ASSERT_EQ(ledger_->ended_before(at(3803), 10).size(), 1u);
  ledger_->mark_removed(id);
  EXPECT_TRUE(ledger_->ended_before(at(3803), 10).empty());
}

class ALedgerWithADataSet : public ALedger {
 protected:
  void use(const std::string& client_id, int second, std::int64_t hits, std::int64_t misses) {
    const event::Wanted wanted{at(0), ada(), {}, 1, 4711, {"/scratch", "/scratch/ada/t"}};
    SubmissionUses uses;
    uses.accepted_at = at(second);
    uses.uid = ada().uid;
    uses.user = ada().name;
    uses.data_sets = {{"d1", hits, misses, 4711}};
    ledger_->finish_submission(ledger_->begin_submission({ada().uid, client_id, "", ""}, 0), {{"d1", wanted}},
                               uses);
  }
};

TEST_F(ALedgerWithADataSet, KnowsWhenItWasLastUsed) {
  use("c1", 100, 0, 1);
  use("c2", 50, 1, 0);  // the clock was set back
  reopen();
  EXPECT_EQ(ledger_->last_uses().at("d1"), at(100));
  event::Accepted with_data = accepted();
  with_data.dataset_digest = "d1";
  append(accept(with_data, "c3"), {event::Failed{at(300), "no such program", {}}});
  EXPECT_EQ(ledger_->last_uses().at("d1"), at(300));
}

TEST_F(ALedgerWithADataSet, AddsUpHowRunsFoundIt) {
  use("c1", 0, 3, 1);
  use("c2", 1, 2, 0);
  use("c3", 7200, 1, 0);
  const UtcSeconds quarter = from_unix(to_unix(at(0)) / 900 * 900);
  EXPECT_EQ(ledger_->data_uses(quarter, at(3600)),
            (std::vector<UserDataUses>{{"ada", 5, 1, 4711, 5 * 4711}}));
  EXPECT_EQ(ledger_->data_uses(quarter, at(9000), ada().uid).at(0).hits, 6);
  EXPECT_TRUE(ledger_->data_uses(quarter, at(9000), ada().uid + 1).empty());
  EXPECT_TRUE(ledger_->data_uses(at(9000), at(99'000)).empty());
}

// What a user's deputy claims must not make a sum overflow, which would be an error for everybody.
TEST_F(ALedgerWithADataSet, WithstandsAnyClaimedSize) {
  for (int i = 0; i < 20; ++i) {
    SubmissionUses uses;
    uses.accepted_at = at(i * 900);
    uses.user = "eve";
    uses.data_sets = {{"huge", 1'000'000, 1, INT64_MAX}, {"huge", 1'000'000, 1, INT64_MAX}};
    ledger_->finish_submission(ledger_->begin_submission({1, std::to_string(i), "", ""}, 0), {}, uses);
  }
  EXPECT_EQ(ledger_->data_uses(at(0) - std::chrono::hours(1), at(99'000)).at(0).saved_bytes, INT64_MAX);
}

TEST_F(ALedger, KeepsDataSetsUntilTheyAreEvicted) {
  event::Wanted wanted{at(0), ada(), {}, 1, 4711, {"/scratch", "/scratch/ada/t"}};
  ledger_->accept({ada().uid, "c1", "", ""}, {accepted()}, {{"d1", wanted}});
  DataSet set = ledger_->find_data_set("d1").value();
  for (const DataSetEvent& event : {DataSetEvent(event::Staging{at(1), 1, job_key(5)}),
                                    DataSetEvent(event::Used{at(2), JobRole::stage, hour_of(5, 0), ""}),
                                    DataSetEvent(event::Ready{at(2), 4711, 60, 0})}) {
    apply_event(set, event);
    ledger_->append(set, event);
  }
  reopen();
  ASSERT_EQ(ledger_->data_sets().size(), 1u);
  EXPECT_EQ(ledger_->data_sets()[0].state, DataSetState::ready);
  EXPECT_EQ(ledger_->data_sets()[0].source_bytes, 4711);
  EXPECT_EQ(ledger_->data_sets()[0].scratch.path, "/scratch/ada/t");
  EXPECT_EQ(ledger_->segments(at(0), at(9000)).at(0).role, JobRole::stage);
  apply_event(set, event::Evicted{at(3)});
  ledger_->append(set, event::Evicted{at(3)});
  EXPECT_TRUE(ledger_->data_sets().empty());
  EXPECT_EQ(ledger_->find_data_set("d1")->state, DataSetState::evicted);
}

}  // namespace
}  // namespace trainyard
