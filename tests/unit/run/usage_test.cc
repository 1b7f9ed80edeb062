// What a job is charged: the scheduler's times to the second, the agent's where the scheduler lost the job.
#include "daemon/run/usage.h"

#include <gtest/gtest.h>

#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

// An agent that was there from one second after the start until one second before the end of ended_job().
Witness witness() {
  StartEvidence start{{"yard", train_id, 0, "n1", at(101)}, {"n1"}, 1, at(102)};
  ExitEvidence exit;
  exit.claim = start.claim;
  exit.started_at = at(102);
  exit.ended_at = at(3699);
  return witness_of(start, exit, at(3690));
}

JobStatus never_started() {
  JobStatus job = ended_job(train_id, JobOutcome::cancelled, 0);
  job.started_at.reset();
  return job;
}

JobStatus suspended_job(std::int64_t seconds, std::int64_t last_resume) {
  JobStatus job = ended_job(train_id, JobOutcome::completed);
  job.suspended = std::chrono::seconds(seconds);
  job.suspension_turn_at = at(last_resume);
  return job;
}

using Intervals = std::vector<Period>;

TEST(Segment, HasTheSchedulersTimesWhateverTheAgentSaw) {
  for (JobOutcome outcome : {JobOutcome::completed, JobOutcome::failed, JobOutcome::node_failure}) {
    Segment segment = segment_of_job(ended_job(train_id, outcome), witness()).value();
    EXPECT_EQ(gpu_seconds(segment), 3600);
    EXPECT_EQ(segment.source, SegmentSource::slurm);
    EXPECT_EQ(segment.last_seen_at, at(3699));
  }
}

TEST(Segment, IsNoneForAJobThatNeverStarted) { EXPECT_FALSE(segment_of_job(never_started())); }

TEST(Segment, HasTheAgentsTimesWhereTheSchedulerSaysTheJobNeverStarted) {
  Segment segment = segment_of_job(never_started(), witness()).value();
  EXPECT_EQ(segment.source, SegmentSource::evidence);
  EXPECT_EQ(segment.started_at, at(101));
  EXPECT_EQ(segment.ended_at, at(3699));
  EXPECT_EQ(segment.gpus, 1);
  EXPECT_EQ(segment.job, job_key(train_id));
}

TEST(Segment, HasTheAgentsEndWhereTheSchedulerSaysTheJobTookNoTime) {
  JobStatus job = ended_job(train_id, JobOutcome::failed);
  job.ended_at = job.started_at;
  Segment segment = segment_of_job(job, witness()).value();
  EXPECT_EQ(segment.source, SegmentSource::evidence);
  EXPECT_EQ(segment.started_at, at(100));
  EXPECT_EQ(segment.ended_at, at(3699));
}

TEST(Segment, OfAJobCancelledInItsFirstSecondIsEmptyThoughItsProcessesTookLongerToEnd) {
  JobStatus job = ended_job(train_id, JobOutcome::cancelled);
  job.ended_at = job.started_at;
  EXPECT_EQ(gpu_seconds(segment_of_job(job, witness()).value()), 0);
}

TEST(Segment, OfAJobWhoseEndNobodySawReachesToTheLastHeartbeat) {
  JobStatus job = ended_job(train_id, JobOutcome::unknown);
  job.ended_at.reset();
  StartEvidence start{{"yard", train_id, 0, "n1", at(101)}, {"n1"}, 1, at(102)};
  Segment segment = segment_of_job(job, witness_of(start, std::nullopt, at(1500))).value();
  EXPECT_EQ(segment.started_at, at(100));
  EXPECT_EQ(segment.ended_at, at(1500));
  EXPECT_FALSE(segment_of_job(job));
}

TEST(Segment, NeverEndsBeforeItStarts) {
  JobStatus job = ended_job(train_id, JobOutcome::unknown);
  job.ended_at = at(99);
  EXPECT_FALSE(segment_of_job(job));
  ExitEvidence exit;
  exit.claim.at = at(101);
  exit.ended_at = at(50);  // the node's clock was set back
  EXPECT_EQ(gpu_seconds(segment_of_job(job, witness_of({}, exit, {})).value()), 0);
}

TEST(Segment, KeepsWhenTheJobWasSuspended) {
  Segment segment = segment_of_job(suspended_job(600, 2000)).value();
  EXPECT_EQ(segment.suspended, (Intervals{{at(1400), at(2000)}}));
  EXPECT_EQ(gpu_seconds(segment), 3600);
  EXPECT_EQ(suspended_gpu_seconds(segment), 600);
}

TEST(Segment, SurvivesJson) {
  Segment segment = segment_of_job(suspended_job(600, 2000), witness()).value();
  segment.source = SegmentSource::evidence;
  EXPECT_EQ(segment_from_json(to_json(segment)), segment);
}

TEST(Segment, OfAnEarlierReleaseIsRead) {
  Json json = to_json(hour_of(train_id));
  for (const char* key : {"suspended", "source", "last_seen_at"}) json.erase(key);
  EXPECT_EQ(segment_from_json(json), hour_of(train_id));
}

TEST(Suspensions, SeenOneByOneAreExact) {
  Intervals observed{{at(200), at(300)}, {at(1400), at(2000)}};
  EXPECT_EQ(suspended_intervals(suspended_job(700, 2000), observed), observed);
}

TEST(Suspensions, ThatNoRecordShowedApartLieBeforeTheLastResume) {
  EXPECT_EQ(suspended_intervals(suspended_job(700, 2000), {{at(200), at(300)}}),
            (Intervals{{at(200), at(300)}, {at(1400), at(2000)}}));
}

TEST(Suspensions, ThatNoRecordShowedComeBeforeTheLastOneIfThatWasSeen) {
  EXPECT_EQ(suspended_intervals(suspended_job(700, 2000), {{at(1400), at(2000)}}),
            (Intervals{{at(1300), at(2000)}}));
}

TEST(Suspensions, WhoseResumeSlurmctldForgotAreToldOnce) {
  Intervals observed{{at(200), at(300)}, {at(200), at(500)}, {at(1400), at(2000)}};
  EXPECT_EQ(suspended_intervals(suspended_job(900, 2000), observed),
            (Intervals{{at(200), at(500)}, {at(1400), at(2000)}}));
}

TEST(Suspensions, OfAJobThatWasNeverSuspendedAreNone) {
  EXPECT_TRUE(suspended_intervals(ended_job(train_id, JobOutcome::completed)).empty());
}

}  // namespace
}  // namespace trainyard
