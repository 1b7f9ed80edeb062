// The tally of what live runs are doing and what they occupy: compared with figures by hand, and after random
// changes with a new count of all runs.
#include "daemon/run/run_tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const Plans tally_plans{{"free", {"free", 1, Plan::Per::user, {}, true}},
                        {"lab", {"lab", 4, Plan::Per::account, {}, false}}};

// Returns a run of `uid` after the first `events` events of its life.
TrainingRun run_of_user(std::int64_t id, std::uint32_t uid, std::size_t events, int gpus = 1) {
  event::Accepted begin = accepted(manifest_of(gpus), uid % 2 == 0 ? "free" : "lab");
  begin.owner.uid = uid;
  begin.owner.name = "user" + std::to_string(uid);
  begin.account = uid % 3 == 0 ? "physics" : "";
  begin.dataset_digest = "data" + std::to_string(id % 3);
  begin.code_digest = id % 2 == 0 ? "code" + std::to_string(id % 5) : "";
  std::vector<RunEvent> life = life_until(events);
  life.front() = begin;
  return fold(id, life);
}

bool first_is_ready(const std::string& digest) { return digest == "data0"; }

TEST(ATally, SaysWhatTheRunsOfOneUserAreDoingAndHold) {
  RunTally tally;
  tally.add(run_of_user(3, 1001, 1));
  tally.add(run_of_user(6, 1001, 3, 2));  // submitted
  tally.add(run_of_user(7, 1001, 3, 2));
  tally.add(run_of_user(9, 1002, 1));
  EXPECT_THAT(
      tally.count_by_state(1001, first_is_ready),
      ElementsAre(Pair(ShownState::queued, 1), Pair(ShownState::staging, 1), Pair(ShownState::pending, 1)));
  EXPECT_THAT(tally.gpus_by_plan(1001), ElementsAre(Pair("lab", 4)));
  EXPECT_THAT(tally.code_of(1001), ElementsAre("code1"));
  EXPECT_THAT(tally.queued(), ElementsAre(3, 9));
  EXPECT_THAT(tally.plan_use(tally_plans).at("lab, default account of user1001").runs, ElementsAre(6, 7));
  EXPECT_EQ(tally.gpus_in_use(tally_plans, "lab, default account of user1001"), 4);
  EXPECT_TRUE(tally.is_named("data1"));
  EXPECT_FALSE(tally.is_named("data2"));
}

TEST(ATally, OfNoRunsIsEmptyAgain) {
  RunTally tally;
  const TrainingRun run = run_of_user(6, 1001, 4);
  tally.add(run);
  tally.remove(run);
  EXPECT_THAT(tally.count_by_state(first_is_ready), IsEmpty());
  EXPECT_THAT(tally.count_by_state(1001, first_is_ready), IsEmpty());
  EXPECT_THAT(tally.plan_use(tally_plans), IsEmpty());
  EXPECT_THAT(tally.gpus_by_plan(1001), IsEmpty());
  EXPECT_THAT(tally.code_of(1001), IsEmpty());
  EXPECT_EQ(tally.jobs().in_all, 0);
  EXPECT_FALSE(tally.is_named("data0"));
}

// Compares the tally with a new count of these runs.
void expect_same(const RunTally& tally, const std::map<std::int64_t, TrainingRun>& runs) {
  std::map<ShownState, int> states;
  std::map<std::string, PlanUse> use;
  std::set<std::int64_t> queued;
  JobCount jobs;
  for (const auto& [id, run] : runs) {
    ++states[shown_state(run.state, first_is_ready(run.dataset_digest))];
    if (run.state == RunState::queued) queued.insert(id);
    jobs.add(run, 1);
    if (!occupies_plan(run.state) || gpus_counted(run) == 0) continue;
    PlanUse& of_party = use[limited_party(tally_plans, party_of(run))];
    of_party.gpus += gpus_counted(run);
    of_party.runs.push_back(id);
  }
  EXPECT_EQ(tally.count_by_state(first_is_ready), states);
  EXPECT_EQ(tally.queued(), queued);
  EXPECT_EQ(tally.jobs().in_all, jobs.in_all);
  EXPECT_EQ(tally.jobs().of_runs_without_gpus, jobs.of_runs_without_gpus);
  const std::map<std::string, PlanUse> told = tally.plan_use(tally_plans);
  ASSERT_EQ(told.size(), use.size());
  for (const auto& [party, each] : use) {
    EXPECT_EQ(told.at(party).gpus, each.gpus) << party;
    EXPECT_EQ(told.at(party).runs, each.runs) << party;
    EXPECT_EQ(tally.gpus_in_use(tally_plans, party), each.gpus) << party;
  }
}

TEST(ATally, EqualsACountOfAllRunsWhateverHasHappenedToThem) {
  std::mt19937 dice(20261130);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same lives each time
  RunTally tally;
  std::map<std::int64_t, TrainingRun> runs;
  for (int change = 0; change < 2000; ++change) {
    const std::int64_t id = static_cast<std::int64_t>(dice() % 40) + 1;
    auto before = runs.find(id);
    if (before != runs.end()) {
      tally.remove(before->second);
      runs.erase(before);
    }
    if (dice() % 4 != 0) {
      const auto uid = static_cast<std::uint32_t>(1000 + id % 7);
      auto [after, is_new] = runs.emplace(id, run_of_user(id, uid, 1 + dice() % 6, static_cast<int>(id % 3)));
      tally.add(after->second);
    }
    if (change % 20 == 0) {
      ASSERT_NO_FATAL_FAILURE(expect_same(tally, runs));
    }
  }
  expect_same(tally, runs);
}

}  // namespace
}  // namespace trainyard
