#include "daemon/driver/entities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/full_disk.h"
#include "tests/kernels/temporary_directory.h"
#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EntitiesTest : public ::testing::Test {
 protected:
  EntitiesTest() : ledger_(folder_.file("ledger.db")), entities_(loop_, ledger_) {
    entities_.load(ledger_.note_start(now()));
    entities_.on_recorded([this](const Changes& changes) { transactions_.push_back(changes.size()); });
    for (int n = 0; n < 3; ++n) ids_.push_back(accepted_run(n));
  }

  std::int64_t accepted_run(int n) {
    event::Accepted accepted{.at = now(),
                             .owner = {1001, 100, "ada"},
                             .manifest = testing::one_gpu(),
                             .plan = "",
                             .dataset_digest = "",
                             .code_digest = ""};
    Submission submission{1001, "c" + std::to_string(n), "a.toml", "…"};
    std::int64_t id = ledger_.accept(submission, {accepted}, {}).run_ids.at(0);
    entities_.add(live(id, accepted));
    return id;
  }

  static std::map<std::int64_t, LiveRun> live(std::int64_t id, const event::Accepted& accepted) {
    std::map<std::int64_t, LiveRun> runs;
    runs[id].run.id = id;
    apply_event(runs[id].run, accepted);
    return runs;
  }

  static Changes admitted(std::int64_t id) { return {RunChange{id, event::Admitted{now(), 1, {}}}}; }

  // Records that the run is admitted. Keeps the answer of record_soon().
  void admit_soon(std::int64_t id) {
    entities_.record_soon(admitted(id), [this](bool is_recorded) { answers_.push_back(is_recorded); });
  }

  void run_all_that_is_due() {
    Loop::Watch end = loop_.after(std::chrono::milliseconds(20), [this] { loop_.stop(); });
    loop_.run();
  }

  TemporaryDirectory folder_;
  Loop loop_;
  Ledger ledger_;
  Entities entities_;
  std::vector<std::int64_t> ids_;
  std::vector<bool> answers_;
  std::vector<std::size_t> transactions_;  // number of changes in each
};

TEST_F(EntitiesTest, RecordsTogetherWhatFallsTogether) {
  for (std::int64_t id : ids_) admit_soon(id);
  EXPECT_EQ(entities_.find_run(ids_[0])->run.state, RunState::queued);
  EXPECT_TRUE(entities_.find_run(ids_[0])->is_occupied());
  run_all_that_is_due();
  EXPECT_THAT(transactions_, ElementsAre(3));
  EXPECT_THAT(answers_, ElementsAre(true, true, true));
  for (std::int64_t id : ids_) {
    EXPECT_EQ(ledger_.find_run(id)->state, RunState::admitted);
    EXPECT_EQ(entities_.find_run(id)->run.state, RunState::admitted);
    EXPECT_FALSE(entities_.find_run(id)->is_occupied());
  }
  EXPECT_EQ(entities_.tally().queued().size(), 0u);
}

TEST_F(EntitiesTest, ChangesNothingInMemoryThatIsNotDurable) {
  for (std::int64_t id : ids_) admit_soon(id);
  {
    FullDisk full;
    run_all_that_is_due();
  }
  EXPECT_THAT(transactions_, IsEmpty());
  EXPECT_THAT(answers_, ElementsAre(false, false, false));
  for (std::int64_t id : ids_) {
    EXPECT_EQ(entities_.find_run(id)->run.state, RunState::queued);
    EXPECT_TRUE(entities_.find_run(id)->circumstances.doubt);
    EXPECT_EQ(ledger_.find_run(id)->state, RunState::queued);
  }
  admit_soon(ids_[0]);
  run_all_that_is_due();
  EXPECT_EQ(ledger_.find_run(ids_[0])->state, RunState::admitted);
}

TEST_F(EntitiesTest, RecordsManyChangesInSeveralTransactions) {
  for (int n = 0; n < 500; ++n)
    entities_.record_soon({RunChange{ids_[0], event::Waiting{now(), {"plan", "plan free is full"}}}},
                          [](bool) {});
  run_all_that_is_due();
  while (transactions_.size() < 4) run_all_that_is_due();
  EXPECT_THAT(transactions_, ElementsAre(150, 150, 150, 50));
}

TEST_F(EntitiesTest, RecordsTheManyChangesOfOneCallInPiecesOfWhichNothingFollowsBeforeTheLast) {
  Changes changes;
  for (int n = 0; n < 400; ++n) {
    ids_.push_back(accepted_run(100 + n));
    changes.push_back(admitted(ids_.back()).front());
  }
  std::size_t held_when_first_followed = 0;
  entities_.on_recorded([&](const Changes& recorded) {
    if (transactions_.empty())
      held_when_first_followed = static_cast<std::size_t>(std::ranges::count_if(
          ids_, [&](std::int64_t id) { return entities_.find_run(id)->is_occupied(); }));
    transactions_.push_back(recorded.size());
  });
  entities_.record_soon(changes, [this](bool is_recorded) { answers_.push_back(is_recorded); });
  while (answers_.empty() || transactions_.size() < 4) run_all_that_is_due();
  EXPECT_THAT(transactions_, ElementsAre(150, 150, 100, 400));  // the last one: all changes together
  EXPECT_EQ(held_when_first_followed, 400u);
  EXPECT_THAT(answers_, ElementsAre(true));
  for (std::int64_t id : ids_) EXPECT_FALSE(entities_.find_run(id)->is_occupied());
}

TEST_F(EntitiesTest, SaysWhenAPieceOfManyChangesIsNotDurable) {
  Changes changes;
  for (int n = 0; n < 400; ++n) changes.push_back(admitted(accepted_run(100 + n)).front());
  {
    FullDisk full;
    entities_.record_soon(changes, [this](bool is_recorded) { answers_.push_back(is_recorded); });
    while (answers_.empty()) run_all_that_is_due();
  }
  EXPECT_THAT(answers_, ElementsAre(false));
  EXPECT_FALSE(entities_.find_run(std::get<RunChange>(changes.back()).run_id)->is_occupied());
}

// The data set that is wanted again is recorded with the run that misses its data.
TEST_F(EntitiesTest, RecordsWhatAChangeBringsAboutWithIt) {
  event::Wanted wanted{
      .at = now(), .owner = {1001, 100, "ada"}, .data = {}, .objects = 1, .source_bytes = 1, .scratch = {}};
  event::Accepted accepted{.at = now(),
                           .owner = {1001, 100, "ada"},
                           .manifest = testing::one_gpu(),
                           .plan = "",
                           .dataset_digest = "d1",
                           .code_digest = ""};
  std::int64_t id =
      ledger_.accept({1001, "with data", "a.toml", "…"}, {accepted}, {{"d1", wanted}}).run_ids.at(0);
  entities_.add("d1", wanted);
  entities_.add(live(id, accepted));
  JobKey job{"yard", 7, now(), {}};
  ASSERT_TRUE(entities_.record({DataSetChange{"d1", event::Staging{now(), 1, job}},
                                DataSetChange{"d1", event::Ready{now(), 1, 1, 0}}}));
  ASSERT_TRUE(entities_.record(admitted(id)));
  event::Retried retried{
      .at = now(), .cause = Cause::data, .reason = "its data are gone", .data_missing = true, .avoid = ""};
  ASSERT_TRUE(entities_.record({RunChange{id, retried}}));
  EXPECT_EQ(entities_.find_run(id)->run.state, RunState::queued);
  EXPECT_EQ(entities_.data_sets().at("d1").data_set.state, DataSetState::wanted);
  EXPECT_EQ(ledger_.find_data_set("d1")->state, DataSetState::wanted);
}

TEST_F(EntitiesTest, KnowsTheRunsOfAnArray) {
  Changes changes;
  for (std::size_t i = 0; i < 2; ++i)
    changes.emplace_back(
        RunChange{ids_[i], event::Admitted{now(), 1, ArrayPlace{ids_[0], 1, static_cast<std::uint32_t>(i)}}});
  ASSERT_TRUE(entities_.record(changes));
  EXPECT_THAT(entities_.arrays().runs_with(ids_[1]), ElementsAre(ids_[0], ids_[1]));
  EXPECT_THAT(entities_.arrays().runs_with(ids_[2]), IsEmpty());
  entities_.forget(ids_[0]);
  EXPECT_THAT(entities_.arrays().runs_with(ids_[1]), ElementsAre(ids_[1]));
}

}  // namespace
}  // namespace trainyard
