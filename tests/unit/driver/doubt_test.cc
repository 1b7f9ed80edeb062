// Runs whose submission is in doubt: they are looked up together, and come to be submitted however often the
// daemon dies.
#include <gtest/gtest.h>

#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using std::chrono::milliseconds;
using testing::one_gpu;
using testing::Site;

std::vector<Manifest> different_ones(int count) {
  std::vector<Manifest> manifests;
  for (int n = 0; n < count; ++n) {
    manifests.push_back(one_gpu("run-" + std::to_string(n)));
    manifests.back().resources.time_limit = std::chrono::hours(1 + n);  // so that no two share an array
  }
  return manifests;
}

// The runs are admitted, and the daemon is gone before any of them is submitted.
std::vector<std::int64_t> admitted_by_a_daemon_that_died(Site& site, int runs) {
  site.die_at_event(2, Site::Death::at_once);  // the first: they are accepted
  std::vector<std::int64_t> ids = site.submit(different_ones(runs));
  if (site.alive()) site.run_until([] { return false; });
  EXPECT_FALSE(site.alive());
  for (std::int64_t id : ids) EXPECT_EQ(site.ledger().find_run(id)->state, RunState::admitted);
  EXPECT_EQ(site.jobs_submitted("-train"), 0);
  return ids;
}

TEST(RunsInDoubt, OfOneUserAreLookedUpTogether) {
  Site site;
  std::vector<std::int64_t> ids = admitted_by_a_daemon_that_died(site, 20);
  site.restart();
  ASSERT_TRUE(site.run_until_state(ids.back(), RunState::released));
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted("-train") == 20; }));
  EXPECT_LE(site.scheduler().finds(), 2);
}

TEST(RunsInDoubt, AreNotSubmittedBeforeAnEarlierSubmissionHasCertainlyArrived) {
  Site site;
  site.scheduler().set_message_timeout(std::chrono::seconds(2));
  std::vector<std::int64_t> ids = admitted_by_a_daemon_that_died(site, 1);
  UtcSeconds restarted = now();
  site.restart();
  ASSERT_TRUE(site.run_until([&] { return site.jobs_submitted("-train") == 1; }));
  EXPECT_GE(now(), restarted + std::chrono::seconds(4));
}

// Each daemon lives for a shorter time than it takes to be certain.
TEST(RunsInDoubt, AreSubmittedByDaemonsThatDieAgainAndAgain) {
  Site site;
  site.scheduler().set_message_timeout(std::chrono::seconds(2));
  std::vector<std::int64_t> ids = admitted_by_a_daemon_that_died(site, 1);
  for (int daemons = 0; daemons < 8 && site.jobs_submitted("-train") == 0; ++daemons) {
    site.restart();
    site.run_for(milliseconds(1500));
  }
  EXPECT_EQ(site.jobs_submitted("-train"), 1);
}

// The second daemon submits, and dies before it knows whether that has arrived. The third finds the job.
TEST(RunsInDoubt, ThatASecondDaemonMayHaveSubmittedAreInDoubtFromItsEndOn) {
  Site site;
  site.scheduler().set_message_timeout(std::chrono::seconds(1));
  std::vector<std::int64_t> ids = admitted_by_a_daemon_that_died(site, 1);
  site.restart();
  site.scheduler().hear_late(true);
  site.run_for(milliseconds(3500));  // it is certain, submits, and slurmctld has not heard of it yet
  EXPECT_EQ(site.jobs_submitted("-train"), 0);
  site.restart();
  site.run_for(milliseconds(500));
  EXPECT_EQ(site.ledger().find_run(ids[0])->state, RunState::admitted);
  EXPECT_GT(site.ledger().last_resubmission(), site.ledger().find_run(ids[0])->attempt()->admitted_at);
}

}  // namespace
}  // namespace trainyard
