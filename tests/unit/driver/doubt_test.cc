// Runs whose submission is in doubt are looked up together. They are submitted in the end, however often the
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
    manifests.back().resources.time_limit = std::chrono::hours(1 + n);  // so that no two runs share an array
  }
  return manifests;
}

// Returns the ids of runs that were admitted by a daemon that died before any of them was submitted.
std::vector<std::int64_t> admitted_by_a_daemon_that_died(Site& site, int runs) {
  site.die_at_event(2, Site::Death::at_once);  // the first event: the runs are accepted
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

// Each daemon dies before it can be certain that no earlier submission arrives.
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

// The second daemon submits the job and dies before it knows whether the submission has arrived. The third
// daemon is in doubt again.
TEST(RunsInDoubt, ThatASecondDaemonMayHaveSubmittedAreInDoubtFromItsEndOn) {
  Site site;
  site.scheduler().set_message_timeout(std::chrono::seconds(1));
  std::vector<std::int64_t> ids = admitted_by_a_daemon_that_died(site, 1);
  site.restart();
  site.scheduler().hear_late(true);
  site.run_for(milliseconds(3500));  // long enough to be certain and to submit; slurmctld has not heard of it
  EXPECT_EQ(site.jobs_submitted("-train"), 0);
  site.restart();
  site.run_for(milliseconds(500));
  EXPECT_EQ(site.ledger().find_run(ids[0])->state, RunState::admitted);
  EXPECT_GT(site.ledger().last_resubmission(), site.ledger().find_run(ids[0])->attempt()->admitted_at);
}

}  // namespace
}  // namespace trainyard
