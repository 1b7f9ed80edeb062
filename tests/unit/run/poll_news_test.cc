#include "daemon/run/poll_news.h"

#include <gtest/gtest.h>

#include "daemon/run/next_step.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

// A run whose train job has ended at 200, as the daemon knows since then; its store job is pending.
class Storing {
 public:
  Storing() {
    run_.state = RunState::storing;
    Attempt attempt;
    attempt.train.emplace().end_known_at = at(200);
    attempt.store.emplace();
    run_.attempts.push_back(attempt);
    job_.phase = JobPhase::pending;
    job_.reason = "Dependency";
  }

  bool waits_in_vain(std::int64_t second) const { return trainyard::waits_in_vain(run_, job_, at(second)); }
  std::optional<Step> next(bool in_vain) const {
    Circumstances circumstances;
    circumstances.seen.store_waits_in_vain = in_vain;
    return next_step(run_, circumstances);
  }
  JobStatus& job() { return job_; }

 private:
  TrainingRun run_;
  JobStatus job_;
};

TEST(AStoreJob, WaitsInVainIfItsDependencyIsNotOverAMinuteAfterTheTrainJob) {
  EXPECT_FALSE(Storing().waits_in_vain(259));
  EXPECT_TRUE(Storing().waits_in_vain(260));
  Storing never;
  never.job().reason = "DependencyNeverSatisfied";
  EXPECT_TRUE(never.waits_in_vain(260));
}

TEST(AStoreJob, ThatWaitsForRoomOrIsRunningDoesNotWaitInVain) {
  Storing storing;
  storing.job().reason = "Resources";
  EXPECT_FALSE(storing.waits_in_vain(9000));
  storing.job() = {};
  storing.job().phase = JobPhase::running;
  EXPECT_FALSE(storing.waits_in_vain(9000));
}

TEST(AStoreJob, ThatIsHeldWaitsInVainOnlyAsATaskOfAnArray) {
  Storing storing;
  storing.job().reason = "JobHeldUser";
  storing.job().held = true;
  EXPECT_FALSE(storing.waits_in_vain(9000));
  storing.job().key.task = 0;
  EXPECT_TRUE(storing.waits_in_vain(9000));
}

TEST(AStoreJob, ThatWaitsInVainIsCancelledSoThatAnotherOneFollows) {
  EXPECT_EQ(Storing().next(false), std::nullopt);
  EXPECT_EQ(Storing().next(true), Step::cancel);
}

}  // namespace
}  // namespace trainyard
