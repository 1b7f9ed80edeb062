// A run whose keys of an object store are missing waits until its user adds them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using ::testing::HasSubstr;
using testing::one_gpu;
using testing::Site;
using testing::with_data;

constexpr const char* remedy = "trainyard credential add cellar";

StageEvidence staged_without_keys() {
  return {.try_again = true, .message = remedy, .at = now(), .waits_for_credentials = true};
}

StoreEvidence stored_without_keys() {
  return {.try_again = true, .message = remedy, .at = now(), .waits_for_credentials = true};
}

bool comes_to_wait_for_keys(Site& site, std::int64_t id) {
  return site.run_until(
      [&] { return site.driver().waits().waiting_for(site.run(id)).what == "credentials"; });
}

// A site with a run whose data set is being staged, and whose user has no keys. If the site is drained, the
// run stays queued.
struct WithStageJob {
  explicit WithStageJob(bool is_drained = false) {
    site.driver().set_drained(is_drained);
    site.users().refuse_credentials(true);
    id = site.submit({with_data(site)}).at(0);
    digest = site.run(id).dataset_digest;
    site.run_until([this] { return data_set().state == DataSetState::staging; });
  }
  DataSet data_set() { return site.driver().find_data_set(digest).value(); }

  Site site;
  std::int64_t id = 0;
  std::string digest;
};

// A site with a run whose store job has ended without keys.
struct WithStoreJob {
  WithStoreJob() {
    site.users().refuse_credentials(true);
    id = site.submit({one_gpu()}).at(0);
    site.run_until_state(id, RunState::released);
    site.train(id);
    site.run_until_state(id, RunState::storing);
    site.leave_evidence(id, stored_without_keys());
  }
  void end_store_job() {
    const std::string job = site.job_of(id, JobRole::store);
    site.scheduler().start(job, now(), 0);
    site.scheduler().end(job, JobOutcome::failed, now());
  }

  Site site;
  std::int64_t id = 0;
};

TEST(ARun, WhoseDataCannotBeFetchedWithoutKeysWaitsForThem) {
  WithStageJob of;
  of.site.end_staging(of.digest, staged_without_keys());
  ASSERT_TRUE(comes_to_wait_for_keys(of.site, of.id));
  EXPECT_THAT(of.site.driver().waits().waiting_for(of.site.run(of.id)).words, HasSubstr(remedy));
  ASSERT_TRUE(of.site.run_until([&] { return of.site.users().credential_checks() >= 2; }));
  EXPECT_EQ(of.site.jobs_submitted("-stage"), 1);
  EXPECT_EQ(of.data_set().failed_attempts, 0);
}

TEST(ARun, WhoseDataCannotBeFetchedWithoutKeysGoesOnWhenTheyAreThere) {
  WithStageJob of;
  of.site.end_staging(of.digest, staged_without_keys());
  ASSERT_TRUE(of.site.run_until([&] { return of.site.users().credential_checks() >= 1; }));
  of.site.users().refuse_credentials(false);
  ASSERT_TRUE(of.site.run_until([&] { return of.data_set().state == DataSetState::staging; }));
  of.site.end_staging(of.digest, {.ok = true, .message = "", .at = now()});
  EXPECT_TRUE(of.site.run_until([&] { return of.data_set().state == DataSetState::ready; }));
}

TEST(ARun, ThatWaitsForKeysStillDoesAfterARestart) {
  WithStageJob of;
  of.site.end_staging(of.digest, staged_without_keys());
  ASSERT_TRUE(comes_to_wait_for_keys(of.site, of.id));
  of.site.restart();
  ASSERT_TRUE(comes_to_wait_for_keys(of.site, of.id));
  EXPECT_EQ(of.site.jobs_submitted("-stage"), 1);
}

TEST(ADataSet, ThatOftenHadNoKeysIsStillTriedAgain) {
  WithStageJob of;
  of.site.users().refuse_credentials(false);
  for (int job = 1; job <= 6; ++job) {
    ASSERT_TRUE(of.site.run_until(
        [&] { return of.data_set().state == DataSetState::staging && of.data_set().attempts == job; }));
    of.site.end_staging(of.digest, staged_without_keys());
  }
  EXPECT_TRUE(of.site.run_until([&] { return of.data_set().attempts == 7; }));
}

TEST(ARun, WhoseUserAddsNoKeysForSevenDaysFails) {
  WithStageJob of(true);
  DataSet data_set = of.data_set();
  const event::StageFailed failed{
      .at = now() - std::chrono::days(8), .reason = remedy, .try_again = true, .waits_for_credentials = true};
  apply_event(data_set, failed);
  of.site.ledger().append(data_set, failed);
  of.site.restart();
  ASSERT_TRUE(of.site.run_until_state(of.id, RunState::failed));
  EXPECT_THAT(of.site.run(of.id).reason, HasSubstr(remedy));
  EXPECT_THAT(of.site.run(of.id).reason, HasSubstr("(waited for 7 days)"));
}

TEST(Results, ThatCannotBeStoredWithoutKeysWaitForThem) {
  WithStoreJob of;
  of.end_store_job();
  ASSERT_TRUE(comes_to_wait_for_keys(of.site, of.id));
  EXPECT_THAT(of.site.driver().waits().waiting_for(of.site.run(of.id)).words,
              HasSubstr("its results cannot be stored yet"));
  EXPECT_EQ(of.site.jobs_submitted("-store"), 1);
  of.site.users().refuse_credentials(false);
  ASSERT_TRUE(of.site.run_until([&] { return of.site.jobs_submitted("-store") == 2; }));
  ASSERT_TRUE(of.site.run_until([&] { return of.site.run(of.id).attempt()->store_tries == 2; }));
  of.site.store(of.id);
  EXPECT_TRUE(of.site.run_until_state(of.id, RunState::completed));
}

TEST(Results, ThatWaitForKeysAreGivenUpWhenTheUserCancels) {
  WithStoreJob of;
  of.end_store_job();
  ASSERT_TRUE(comes_to_wait_for_keys(of.site, of.id));
  of.site.driver().cancel(of.id, "ada");
  ASSERT_TRUE(of.site.run_until_state(of.id, RunState::cancelled));
  EXPECT_THAT(of.site.run(of.id).reason, HasSubstr("cancelled by ada"));
}

TEST(Results, ThatHaveWaitedForKeysForSevenDaysAreGivenUp) {
  WithStoreJob of;
  TrainingRun run = of.site.run(of.id);
  event::Ended ended{.at = now() - std::chrono::days(8), .role = JobRole::store, .job = {}};
  ended.job.key = run.attempt()->store->key;
  apply_event(run, ended);
  of.site.ledger().append(run, ended);
  of.site.restart();
  ASSERT_TRUE(of.site.run_until_state(of.id, RunState::failed));
  EXPECT_THAT(of.site.run(of.id).reason, HasSubstr("(waited for 7 days); they remain in"));
}

}  // namespace
}  // namespace trainyard
