// Jobs that the polls no longer show.
#include <gtest/gtest.h>

#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using testing::one_gpu;
using testing::Site;

TEST(MissingJobs, ThatTheAccountingKnowsAreAskedForTogether) {
  Site site;
  std::vector<std::int64_t> ids = site.submit(std::vector<Manifest>(30, one_gpu()));
  ASSERT_TRUE(site.run_until_state(ids.back(), RunState::released));
  site.restart();  // the new daemon was not there when the jobs ended
  site.scheduler().hide_ended(true);
  for (std::int64_t id : ids) {
    site.leave_exit_evidence(id, 0);
    site.scheduler().start(site.job_of(id, JobRole::train), now() - std::chrono::seconds(60));
    site.scheduler().end(site.job_of(id, JobRole::train), JobOutcome::completed, now());
  }
  ASSERT_TRUE(site.run_until([&] {
    for (std::int64_t id : ids)
      if (site.run(id).state != RunState::storing) return false;
    return true;
  }));
  EXPECT_LE(site.scheduler().histories(), 5);
  EXPECT_EQ(site.run(ids[7]).gpu_seconds, 60);
}

}  // namespace
}  // namespace trainyard
