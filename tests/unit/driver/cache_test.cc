// Which data sets stay on scratch: the least recently used go first, none that a live run or a user needs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"
#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Site;
using testing::with_data;

DriverSettings with_cache_of(std::int64_t bytes) {
  DriverSettings settings;
  settings.cache_bytes = bytes;
  return settings;
}

DriverSettings that_keeps_free(std::int64_t bytes) {
  DriverSettings settings;
  settings.free_bytes = bytes;
  return settings;
}

std::string directory_of(const Site& site, const std::string& digest) {
  return layout::dataset_directory(site.scratch(), digest);
}

// Adds a data set of 100 bytes that is ready, as an earlier daemon left it.
void add_data_set(Site& site, const std::string& digest, UtcSeconds last_used_at) {
  const Owner owner = Site::request({}).owner;
  const event::Wanted wanted{
      from_unix(1000), owner, {}, 1, 100, site.driver().acceptance().scratch_of(owner, "")};
  SubmissionUses uses;
  uses.accepted_at = last_used_at;
  uses.uid = owner.uid;
  uses.user = owner.name;
  uses.data_sets = {{digest, 1, 0, 100}};
  Ledger& ledger = site.ledger();
  ledger.finish_submission(ledger.begin_submission({owner.uid, digest, "", ""}, 0), {{digest, wanted}}, uses);
  DataSet data_set = ledger.find_data_set(digest).value();
  const event::Ready ready{from_unix(1001), 100, 3, 0};
  apply_event(data_set, ready);
  ledger.append(data_set, ready);
  site.users().files_of(owner.uid, wanted.scratch);  // makes the scratch
  std::filesystem::create_directories(directory_of(site, digest));
}

std::vector<std::string> kept(Site& site) {
  std::vector<std::string> digests;
  for (const auto& [digest, live] : site.driver().data_sets()) digests.push_back(digest);
  return digests;
}

bool is_gone(Site& site, const std::string& digest) {
  return !site.driver().data_sets().contains(digest) && !std::filesystem::exists(directory_of(site, digest));
}

std::string error_of(const std::function<void()>& work) {
  try {
    work();
    return "";
  } catch (const Error& e) {
    return e.what();
  }
}

UserDataUses uses_in(Site& site) {
  const std::vector<UserDataUses> uses =
      site.ledger().data_uses(now() - std::chrono::hours(1), now() + std::chrono::hours(1));
  return uses.empty() ? UserDataUses() : uses.front();
}

TEST(TheCache, EvictsTheLeastRecentlyUsedFirstAfterARestart) {
  Site site(with_cache_of(250));
  add_data_set(site, "a", from_unix(3000));
  add_data_set(site, "b", from_unix(2000));
  add_data_set(site, "c", from_unix(4000));
  site.restart();
  ASSERT_TRUE(site.run_until([&] { return is_gone(site, "b"); }));
  EXPECT_THAT(kept(site), ElementsAre("a", "c"));
  EXPECT_EQ(site.ledger().find_data_set("b")->state, DataSetState::evicted);
}

TEST(TheCache, CountsTheEndOfARunAsAUse) {
  Site site(with_cache_of(250));
  for (const char* digest : {"a", "b", "c"}) add_data_set(site, digest, from_unix(2000));
  event::Accepted accepted{.at = from_unix(3000),
                           .owner = Site::request({}).owner,
                           .manifest = testing::one_gpu(),
                           .plan = "",
                           .dataset_digest = "a",
                           .code_digest = ""};
  const std::int64_t id =
      site.ledger().accept({accepted.owner.uid, "r", "", ""}, {accepted}, {}).run_ids.at(0);
  TrainingRun run = site.ledger().find_run(id).value();
  const event::Failed failed{from_unix(5000), "no such program", {}};
  apply_event(run, failed);
  site.ledger().append(run, failed);
  site.restart();
  ASSERT_TRUE(site.run_until([&] { return is_gone(site, "b"); }));
  EXPECT_THAT(kept(site), ElementsAre("a", "c"));
}

TEST(TheCache, KeepsWhatIsPinned) {
  Site site(with_cache_of(250));
  add_data_set(site, "a", from_unix(2000));
  site.restart();
  site.driver().cache().pin("a", true, "ada");
  add_data_set(site, "b", from_unix(3000));
  add_data_set(site, "c", from_unix(4000));
  site.restart();
  ASSERT_TRUE(site.run_until([&] { return is_gone(site, "b"); }));
  EXPECT_THAT(kept(site), ElementsAre("a", "c"));
  site.driver().cache().pin("a", false, "ada");
  EXPECT_FALSE(site.ledger().find_data_set("a")->is_pinned);
}

TEST(TheCache, NeverEvictsWhatAQueuedRunNeeds) {
  Site site(with_cache_of(1));
  site.driver().set_drained(true);
  const std::int64_t id = site.submit({with_data(site)}).at(0);
  const std::string digest = site.run(id).dataset_digest;
  ASSERT_TRUE(site.stage(digest));
  add_data_set(site, "idle", from_unix(2000));
  site.restart();
  ASSERT_TRUE(site.run_until([&] { return is_gone(site, "idle"); }));
  EXPECT_THAT(kept(site), ElementsAre(digest));
  site.driver().cancel(id, "ada");
  site.restart();
  EXPECT_TRUE(site.run_until([&] { return is_gone(site, digest); }));
}

TEST(TheCache, FetchesOnceWhatTwoRunsWantAtOnce) {
  Site site;
  const Manifest manifest = with_data(site);
  const std::int64_t first = site.submit({manifest, manifest}, "both").at(0);
  const std::int64_t later = site.submit({manifest}, "later").at(0);
  EXPECT_EQ(site.run(first).dataset_digest, site.run(later).dataset_digest);
  ASSERT_TRUE(site.stage(site.run(first).dataset_digest));
  EXPECT_EQ(site.jobs_submitted("-stage"), 1);
  const UserDataUses uses = uses_in(site);
  EXPECT_EQ(uses.misses, 1);
  EXPECT_EQ(uses.hits, 2);
  EXPECT_EQ(uses.fetched_bytes, 4);
  EXPECT_EQ(uses.saved_bytes, 8);
}

TEST(TheCache, CountsTheRunsOfALargeSubmission) {
  Site site;
  site.submit(std::vector<Manifest>(250, with_data(site)));
  EXPECT_EQ(uses_in(site).misses, 1);
  EXPECT_EQ(uses_in(site).hits, 249);
}

// ---- dropping

TEST(DroppingADataSet, RemovesItAndARunThatNamesItLaterHasItStagedAgain) {
  Site site;
  const Manifest manifest = with_data(site);
  const std::int64_t id = site.submit({manifest}).at(0);
  const std::string digest = site.run(id).dataset_digest;
  ASSERT_TRUE(site.stage(digest));
  ASSERT_TRUE(site.run_until_state(id, RunState::released));
  site.train(id);
  ASSERT_TRUE(site.run_until_state(id, RunState::storing));
  site.store(id);
  ASSERT_TRUE(site.run_until_state(id, RunState::completed));
  site.driver().cache().drop(digest, false);
  ASSERT_TRUE(site.run_until([&] { return is_gone(site, digest); }));
  site.submit({manifest}, "later");
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted("-stage") == 2; }));
  EXPECT_EQ(uses_in(site).misses, 2);
}

TEST(DroppingADataSet, IsRefusedWhileARunNeedsItOrAJobStagesIt) {
  Site site;
  site.driver().set_drained(true);
  const std::int64_t id = site.submit({with_data(site)}).at(0);
  const std::string digest = site.run(id).dataset_digest;
  ASSERT_TRUE(
      site.run_until([&] { return site.driver().find_data_set(digest)->state == DataSetState::staging; }));
  const auto drop = [&] { site.driver().cache().drop(digest, true); };
  EXPECT_THAT(error_of(drop), HasSubstr("run " + std::to_string(id) + " needs it"));
  site.driver().cancel(id, "ada");
  ASSERT_TRUE(site.run_until([&] { return site.driver().live_runs() == 0; }));
  EXPECT_THAT(error_of(drop), HasSubstr("is staging it"));
  ASSERT_TRUE(site.stage(digest));
  EXPECT_EQ(error_of(drop), "");
  EXPECT_TRUE(site.run_until([&] { return is_gone(site, digest); }));
}

TEST(DroppingADataSet, NeedsForceIfItIsPinned) {
  Site site;
  add_data_set(site, "a", from_unix(2000));
  site.restart();
  site.driver().cache().pin("a", true, "ada");
  EXPECT_THAT(error_of([&] { site.driver().cache().drop("a", false); }), HasSubstr("is pinned"));
  site.driver().cache().drop("a", true);
  EXPECT_TRUE(site.run_until([&] { return is_gone(site, "a"); }));
}

TEST(DroppingADataSet, IsFinishedByTheNextDaemon) {
  for (const int event : {1, 2}) {  // evicting, evicted
    Site site;
    add_data_set(site, "a", from_unix(2000));
    site.restart();
    site.die_at_event(event, Site::Death::at_once);
    bool was_dropped = false;
    ASSERT_FALSE(site.run_until([&] {
      if (!std::exchange(was_dropped, true)) site.driver().cache().drop("a", false);
      return false;
    }));
    ASSERT_FALSE(site.alive());
    site.restart();
    EXPECT_TRUE(site.run_until([&] { return is_gone(site, "a"); }));
  }
}

TEST(ADataSet, ThatARunNamesWhileItIsRemovedIsStagedAgain) {
  Site site;
  site.driver().set_drained(true);
  const Manifest manifest = with_data(site);
  const std::int64_t first = site.submit({manifest}).at(0);
  const std::string digest = site.run(first).dataset_digest;
  ASSERT_TRUE(site.stage(digest));
  site.driver().cancel(first, "ada");
  ASSERT_TRUE(site.run_until([&] { return site.driver().live_runs() == 0; }));
  site.users().fail_next(1);
  site.driver().cache().drop(digest, false);
  ASSERT_TRUE(site.run_until([&] { return site.users().calls_to_fail() == 0; }));
  site.submit({manifest}, "second");
  EXPECT_EQ(site.driver().find_data_set(digest)->state, DataSetState::evicting);
  EXPECT_TRUE(site.run_until([&] { return site.jobs_submitted("-stage") == 2; }));
  EXPECT_EQ(uses_in(site).misses, 2);
}

// ---- free space

TEST(ADataSet, WaitsForSpaceAndIsStagedWhenThereIsSome) {
  Site site(that_keeps_free(1'000'000));
  site.users().set_free_bytes(1'000'001);
  const std::int64_t id = site.submit({with_data(site)}).at(0);
  const auto words = [&] { return site.driver().waits().waiting_for(site.run(id)).words; };
  ASSERT_TRUE(site.run_until([&] { return words().find("are missing") != std::string::npos; }));
  EXPECT_THAT(words(), HasSubstr("its data set cannot be staged yet: 3 B are missing on " + site.scratch()));
  EXPECT_EQ(site.jobs_submitted("-stage"), 0);
  site.users().set_free_bytes(1'000'004);
  EXPECT_TRUE(site.run_until_state(id, RunState::released));
}

TEST(ADataSet, ThatNeedsSpaceHasTheLeastRecentlyUsedEvicted) {
  Site site(that_keeps_free(1'000'000));
  add_data_set(site, "a", from_unix(3000));
  add_data_set(site, "b", from_unix(2000));
  site.restart();
  site.users().set_free_bytes(1'000'001);
  site.submit({with_data(site)});
  ASSERT_TRUE(site.run_until([&] { return is_gone(site, "b"); }));
  site.users().set_free_bytes(1'000'101);
  EXPECT_TRUE(site.run_until([&] { return site.jobs_submitted("-stage") == 1; }));
  EXPECT_TRUE(site.driver().data_sets().contains("a"));
}

TEST(ADataSet, ThatIsTooLargeEvenForAnEmptyCacheEvictsNothing) {
  Site site(that_keeps_free(1'000'000));
  add_data_set(site, "a", from_unix(2000));
  site.restart();
  site.users().set_free_bytes(0);
  const std::int64_t id = site.submit({with_data(site)}).at(0);
  ASSERT_TRUE(site.run_until([&] {
    return site.driver().waits().waiting_for(site.run(id)).words.find("are missing") != std::string::npos;
  }));
  EXPECT_EQ(site.driver().find_data_set("a")->state, DataSetState::ready);
}

TEST(ADataSet, LeavesSpaceForTheUsersOtherOnesThatAreOnTheirWay) {
  Site site(that_keeps_free(1'000'000));
  site.users().set_free_bytes(1'000'007);  // enough for one of them
  site.submit({with_data(site, "one.csv"), with_data(site, "two.csv")});
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted("-stage") == 1; }));
  const auto waits = [&] {
    return std::ranges::count_if(site.driver().data_sets(), [](const auto& entry) {
      return entry.second.trouble.find("1 B are missing") != std::string::npos;
    });
  };
  EXPECT_TRUE(site.run_until([&] { return waits() == 1; }));
}

}  // namespace
}  // namespace trainyard
