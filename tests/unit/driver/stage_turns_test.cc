// An admin can limit how many stage jobs fetch from a store at a time. Then data sets have turns, and users
// share them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Site;
using testing::with_data;

Stores store_with_stage_jobs(int jobs) {
  Stores stores;
  stores.settings["cellar"].name = "cellar";
  stores.stage_limits["cellar"].jobs = jobs;
  return stores;
}

Manifest with_data_in_cellar(const Site& site, const std::string& file) {
  Manifest manifest = with_data(site, file);
  manifest.data->store.store = "cellar";
  return manifest;
}

// Submits a run as another user, whose files are at the same place, and returns the digest of its data set.
std::string submit_as(Site& site, std::uint32_t uid, const Manifest& manifest) {
  SubmitRequest request = Site::request({manifest}, manifest.data->source);
  request.owner.uid = request.submission.uid = uid;
  std::optional<std::int64_t> id;
  site.driver().acceptance().submit(
      std::move(request), [&](const SubmitAnswer& answer) { id = answer.run_ids.at(0); },
      [](std::exception_ptr error) { std::rethrow_exception(error); });
  site.run_until([&] { return id.has_value(); });
  return site.run(id.value()).dataset_digest;
}

std::vector<std::string> digests_of(Site& site, const std::vector<std::int64_t>& ids) {
  std::vector<std::string> digests;
  for (std::int64_t id : ids) digests.push_back(site.run(id).dataset_digest);
  return digests;
}

std::vector<std::string> being_staged(Site& site) {
  std::vector<std::string> digests;
  for (const auto& [digest, live] : site.driver().data_sets())
    if (live.data_set.state == DataSetState::staging) digests.push_back(digest);
  return digests;
}

bool comes_to_stage(Site& site, std::size_t count) {
  return site.run_until([&] { return being_staged(site).size() == count; });
}

// Ends the only stage job well, and returns the digest of the data set that is staged next.
std::string next_after_end(Site& site) {
  const std::string before = being_staged(site).at(0);
  site.end_staging(before, {.ok = true, .message = "", .at = now()});
  site.run_until([&] { return being_staged(site).size() == 1 && being_staged(site).at(0) != before; });
  return being_staged(site).at(0);
}

TEST(StageJobs, OfAStoreAreAtMostAsManyAsItsAdminAllows) {
  Site site({}, store_with_stage_jobs(2));
  std::vector<Manifest> manifests;
  for (const char* file : {"a", "b", "c", "d", "e"}) manifests.push_back(with_data_in_cellar(site, file));
  const std::vector<std::int64_t> ids = site.submit(manifests);
  for (int left = 5; left > 0; --left) {
    ASSERT_TRUE(comes_to_stage(site, std::min<std::size_t>(2, static_cast<std::size_t>(left))));
    EXPECT_EQ(site.jobs_submitted("-stage"), std::min(5, 7 - left));
    site.end_staging(being_staged(site).at(0), {.ok = true, .message = "", .at = now()});
    ASSERT_TRUE(site.run_until([&] {
      return std::ranges::count_if(site.driver().data_sets(), [](const auto& entry) {
               return entry.second.data_set.state == DataSetState::ready;
             }) == 6 - left;
    }));
  }
}

TEST(StageJobs, OfAStoreWithoutALimitAllRunAtOnce) {
  Site site({}, store_with_stage_jobs(0));
  site.submit({with_data_in_cellar(site, "a"), with_data_in_cellar(site, "b"), with_data(site, "c")});
  EXPECT_TRUE(comes_to_stage(site, 3));
}

TEST(ADataSet, ThatWaitsForItsTurnSaysSo) {
  Site site({}, store_with_stage_jobs(1));
  const std::vector<std::int64_t> ids =
      site.submit({with_data_in_cellar(site, "a"), with_data_in_cellar(site, "b")});
  ASSERT_TRUE(comes_to_stage(site, 1));
  const std::vector<std::string> digests = digests_of(site, ids);
  const std::int64_t waiting = ids[being_staged(site).at(0) == digests[0] ? 1 : 0];
  ASSERT_TRUE(site.run_until([&] {
    return site.driver().waits().waiting_for(site.run(waiting)).words.find("turn") != std::string::npos;
  }));
  EXPECT_EQ(
      site.driver().waits().waiting_for(site.run(waiting)).words,
      "its data set cannot be staged yet: 1 data set is being fetched from the store cellar, the most that "
      "its admin allows at a time; this one waits for its turn");
}

TEST(AUser, WithManyWaitingDataSetsDoesNotDelayTheFirstOneOfAnother) {
  Site site({}, store_with_stage_jobs(1));
  std::vector<Manifest> manifests;
  for (const char* file : {"a", "b", "c", "d"}) manifests.push_back(with_data_in_cellar(site, file));
  const std::vector<std::string> first = digests_of(site, site.submit(manifests));
  ASSERT_TRUE(comes_to_stage(site, 1));
  const std::uint32_t other_uid = Site::request({}).owner.uid + 1;
  const std::string second = submit_as(site, other_uid, with_data_in_cellar(site, "e"));
  EXPECT_EQ(next_after_end(site), second);
  EXPECT_THAT(first, ::testing::Contains(next_after_end(site)));
}

TEST(ADataSet, WhoseStagingFailedLeavesItsTurnToAnother) {
  Site site({}, store_with_stage_jobs(1));
  site.submit({with_data_in_cellar(site, "a"), with_data_in_cellar(site, "b")});
  ASSERT_TRUE(comes_to_stage(site, 1));
  const std::string failing = being_staged(site).at(0);
  site.end_staging(failing, {.try_again = true, .message = "the store is away", .at = now()});
  ASSERT_TRUE(
      site.run_until([&] { return being_staged(site).size() == 1 && being_staged(site).at(0) != failing; }));
  EXPECT_EQ(site.driver().find_data_set(failing)->state, DataSetState::wanted);
}

TEST(StageJobs, ThatAnEarlierDaemonSubmittedCount) {
  Site site({}, store_with_stage_jobs(1));
  site.submit({with_data_in_cellar(site, "a"), with_data_in_cellar(site, "b")});
  ASSERT_TRUE(comes_to_stage(site, 1));
  site.restart();
  const int polls = site.scheduler().polls();
  ASSERT_TRUE(site.run_until([&] { return site.scheduler().polls() > polls + 5; }));
  EXPECT_EQ(site.jobs_submitted("-stage"), 1);
  next_after_end(site);
  EXPECT_EQ(site.jobs_submitted("-stage"), 2);
}

}  // namespace
}  // namespace trainyard
