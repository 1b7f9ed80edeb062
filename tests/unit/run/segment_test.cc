// The charge for a job goes by the scheduler's times, to the second. Where the scheduler lost the job, it
// goes by the times of the agent.
#include "daemon/run/segment.h"

#include <gtest/gtest.h>

#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

// The witness of an agent that saw ended_job() from one second after the start until one second before the
// end.
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

// The sighting of polls that saw ended_job() run from its start until `second`.
Sighting seen_until(std::int64_t second, int gpus = 1) {
  return {at(100), at(second), gpus, "k40", "physics"};
}

// Returns the charge by the status from the scheduler, amended by the witness.
std::optional<Segment> amended(const JobStatus& job, const Witness& witness) {
  return with_evidence(segment_of_job(job), job, witness, 1, "k40");
}

TEST(Segment, HasTheSchedulersTimesWhateverWasSeen) {
  for (JobOutcome outcome : {JobOutcome::completed, JobOutcome::failed, JobOutcome::node_failure}) {
    Segment segment = segment_of_job(ended_job(train_id, outcome), seen_until(3699)).value();
    EXPECT_EQ(gpu_seconds(segment), 3600);
    EXPECT_EQ(segment.source, SegmentSource::slurm);
    EXPECT_EQ(amended(ended_job(train_id, outcome), witness()), segment_of_job(ended_job(train_id, outcome)));
  }
}

TEST(Segment, IsNoneForAJobThatNeverStarted) { EXPECT_FALSE(segment_of_job(never_started())); }

TEST(Segment, OfAJobThatWasSeenToRunReachesAsFarAsThatWhereTheSchedulerSaysItNeverStarted) {
  Segment segment = segment_of_job(never_started(), seen_until(2000, 2)).value();
  EXPECT_EQ(segment.source, SegmentSource::evidence);
  EXPECT_EQ(gpu_seconds(segment), 2 * 1900);
  EXPECT_EQ(segment.gpu_type, "k40");
  EXPECT_EQ(segment.account, "physics");
}

TEST(Segment, OfAJobWhoseStartTheSchedulerForgotBeginsWhereItWasSeenToStart) {
  JobStatus job = never_started();
  job.ended_at = at(2003);
  const std::optional<Segment> segment = segment_of_job(job, seen_until(2000));
  EXPECT_EQ(segment.value().started_at, at(100));
  EXPECT_EQ(segment->ended_at, at(2003));
  EXPECT_EQ(segment->source, SegmentSource::slurm);
  EXPECT_EQ(with_evidence(segment, job, witness(), 1, "k40"), segment);
}

TEST(Segment, OfAJobThatWasCancelledLongAfterItLastRanEndsWhereItWasSeenLast) {
  JobStatus job = never_started();
  job.ended_at = at(9000);
  EXPECT_EQ(gpu_seconds(segment_of_job(job, seen_until(2000)).value()), 1900);
}

TEST(Segment, OfAJobThatWasSeenToRunAfterTheEndOnRecordReachesAsFarAsThat) {
  JobStatus job = ended_job(train_id, JobOutcome::completed);
  job.ended_at = at(500);
  EXPECT_EQ(gpu_seconds(segment_of_job(job, seen_until(2000)).value()), 1900);
  // The clocks of two hosts can differ by some seconds.
  EXPECT_EQ(gpu_seconds(segment_of_job(job, seen_until(510)).value()), 400);
}

TEST(Segment, HasTheGpusThatWereSeenWhereTheRecordHasFewer) {
  JobStatus job = ended_job(train_id, JobOutcome::completed, 0);
  EXPECT_EQ(gpu_seconds(segment_of_job(job, seen_until(2000, 4)).value()), 4 * 3600);
}

TEST(Segment, HasTheAgentsTimesWhereTheSchedulerSaysTheJobNeverStarted) {
  Segment segment = amended(never_started(), witness()).value();
  EXPECT_EQ(segment.source, SegmentSource::evidence);
  EXPECT_EQ(segment.started_at, at(101));
  EXPECT_EQ(segment.ended_at, at(3699));
  EXPECT_EQ(segment.gpus, 1);
  EXPECT_EQ(segment.job, job_key(train_id));
}

TEST(Segment, HasTheAgentsEndWhereTheSchedulerSaysTheJobTookNoTime) {
  JobStatus job = ended_job(train_id, JobOutcome::failed);
  job.ended_at = job.started_at;
  Segment segment = amended(job, witness()).value();
  EXPECT_EQ(segment.source, SegmentSource::evidence);
  EXPECT_EQ(segment.started_at, at(100));
  EXPECT_EQ(segment.ended_at, at(3699));
}

TEST(Segment, OfAJobCancelledInItsFirstSecondIsEmptyThoughItsProcessesTookLongerToEnd) {
  JobStatus job = ended_job(train_id, JobOutcome::cancelled);
  job.ended_at = job.started_at;
  EXPECT_EQ(gpu_seconds(amended(job, witness()).value()), 0);
}

TEST(Segment, OfAJobWhoseEndNobodySawReachesToTheLastHeartbeat) {
  JobStatus job = ended_job(train_id, JobOutcome::unknown);
  job.ended_at.reset();
  StartEvidence start{{"yard", train_id, 0, "n1", at(101)}, {"n1"}, 1, at(102)};
  Segment segment = amended(job, witness_of(start, std::nullopt, at(1500))).value();
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
  EXPECT_EQ(gpu_seconds(amended(job, witness_of({}, exit, {})).value()), 0);
}

TEST(Evidence, NeverLowersACharge) {
  ExitEvidence forged;
  forged.claim.at = at(1000);
  forged.ended_at = at(1001);
  Segment charged = segment_of_job(never_started(), seen_until(2000, 2)).value();
  EXPECT_EQ(with_evidence(charged, never_started(), witness_of({}, forged, {}), 0, ""), charged);
  EXPECT_EQ(with_evidence(charged, never_started(), {}, 0, ""), charged);
}

TEST(Evidence, IsBelievedBetweenSubmissionAndTheKnownEndOnly) {
  Witness witness;
  witness.started_at = at(-1'000'000);
  witness.last_seen_at = at(1'000'000'000);
  Witness bounded = within(witness, {at(10), at(3701)});
  EXPECT_EQ(bounded.started_at, at(10));
  EXPECT_EQ(bounded.last_seen_at, at(3701));
  EXPECT_FALSE(within({}, {at(10), at(3701)}).started_at);
}

TEST(Segment, KeepsWhenTheJobWasSuspended) {
  Segment segment = segment_of_job(suspended_job(600, 2000)).value();
  EXPECT_EQ(segment.suspended, (Intervals{{at(1400), at(2000)}}));
  EXPECT_EQ(gpu_seconds(segment), 3600);
  EXPECT_EQ(suspended_gpu_seconds(segment), 600);
}

TEST(Segment, SurvivesJson) {
  Segment segment = segment_of_job(suspended_job(600, 2000)).value();
  segment.source = SegmentSource::evidence;
  segment.account = "physics";
  segment.last_seen_at = at(3690);
  EXPECT_EQ(segment_from_json(to_json(segment)), segment);
}

TEST(Segment, OfAnEarlierReleaseIsRead) {
  Json json = to_json(hour_of(train_id));
  for (const char* key : {"suspended", "source", "last_seen_at", "account"}) json.erase(key);
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
