// The charges for jobs: usage is recorded with the end of a job and amended by evidence. It is never lost and
// never lowered.
#include "daemon/run/booking.h"

#include <gtest/gtest.h>

#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

event::Ended train_ended(const JobStatus& job) { return {at(3701), JobRole::train, job}; }

JobStatus lost_job() {
  JobStatus job;
  job.key = job_key(train_id);
  job.phase = JobPhase::ended;
  job.state = "no longer known to Slurm";
  return job;
}

// Returns a run whose train job has ended with this status, after all events that are recorded for the end.
TrainingRun after_the_end(const JobStatus& job, const std::optional<Sighting>& seen = {}) {
  TrainingRun run = fold(7, life_until(5));
  for (const RunEvent& event : end_and_use(run, train_ended(job), seen)) apply_event(run, event);
  return run;
}

Witness witness_until(std::int64_t second) {
  Witness witness;
  witness.started_at = at(101);
  witness.last_seen_at = at(second);
  return witness;
}

TEST(TheEndOfAJob, IsRecordedWithWhatTheJobUsed) {
  TrainingRun run = fold(7, life_until(5));
  std::vector<RunEvent> events =
      end_and_use(run, train_ended(ended_job(train_id, JobOutcome::failed, 2)), std::nullopt);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<event::Ended>(events[0]));
  const event::Used& used = std::get<event::Used>(events[1]);
  EXPECT_EQ(used.segment, hour_of(train_id, 2));
  EXPECT_EQ(used.reason, "");
}

TEST(TheEndOfAJob, ThatNeverStartedUsedNothing) {
  JobStatus job = ended_job(train_id, JobOutcome::cancelled, 0);
  job.started_at.reset();
  TrainingRun run = fold(7, life_until(4));
  EXPECT_EQ(end_and_use(run, train_ended(job), std::nullopt).size(), 1u);
}

TEST(TheEndOfAJob, ThatTheSchedulerLostIsChargedAsFarAsThePollsSawItRun) {
  TrainingRun run = after_the_end(lost_job(), Sighting{at(100), at(2000), 2, "k40", "physics"});
  EXPECT_EQ(run.gpu_seconds, 2 * 1900);
  const Segment& charged = *charge_of(run, job_key(train_id));
  EXPECT_EQ(charged.source, SegmentSource::evidence);
  EXPECT_EQ(charged.account, "physics");
}

// A daemon that was started again has not seen the job itself, but its ledger has the event of the start.
TEST(TheEndOfAJob, IsChargedWithTheGpusThatItsStartHadOnRecord) {
  TrainingRun run = fold(7, life_until(4, {event::Started{at(101), at(100), "n1", 4}}));
  std::vector<RunEvent> events =
      end_and_use(run, train_ended(ended_job(train_id, JobOutcome::completed, 0)), std::nullopt);
  EXPECT_EQ(gpu_seconds(std::get<event::Used>(events.at(1)).segment), 4 * 3600);
}

TEST(TheEndOfAJob, WhoseRecordCannotTellGpusIsChargedWithThoseAskedFor) {
  JobStatus job = ended_job(train_id, JobOutcome::completed, 0);
  job.gpus_on_record = false;
  EXPECT_EQ(after_the_end(job).gpu_seconds, 3600);
}

TEST(TheEndOfAJob, IsChargedToTheAccountOnRecordElseToTheRuns) {
  event::Accepted by_default = accepted();
  by_default.account = "physics";
  std::vector<RunEvent> events = life_until(5);
  events[0] = by_default;
  JobStatus job = ended_job(train_id, JobOutcome::completed);
  for (const char* on_record : {"", "vision"}) {
    job.account = on_record;
    TrainingRun run = fold(7, events);
    const event::Used used = std::get<event::Used>(end_and_use(run, train_ended(job), std::nullopt).at(1));
    EXPECT_EQ(used.segment.account, *on_record == '\0' ? "physics" : on_record);
  }
}

TEST(Evidence, ChangesNothingWhereSlurmHasTheJob) {
  TrainingRun run = after_the_end(ended_job(train_id, JobOutcome::completed));
  EXPECT_FALSE(amendment(run, witness_until(5000), at(3702)));
  EXPECT_FALSE(amendment(run, witness_until(200), at(3702)));
}

TEST(Evidence, EntersAJobOfWhichNothingWasKnown) {
  TrainingRun run = fold(7, life_until(4, {train_ended(lost_job())}));
  RunEvent amended = amendment(run, witness_until(3000), at(3702)).value();
  const event::Used& used = std::get<event::Used>(amended);
  EXPECT_EQ(gpu_seconds(used.segment), 2899);
  EXPECT_NE(used.reason, "");
}

TEST(Evidence, LengthensWhatThePollsSaw) {
  TrainingRun run = after_the_end(lost_job(), Sighting{at(100), at(2000), 2, "k40", ""});
  RunEvent amended = amendment(run, witness_until(3000), at(3702)).value();
  const event::Corrected& corrected = std::get<event::Corrected>(amended);
  EXPECT_EQ(corrected.was, *charge_of(run, job_key(train_id)));
  EXPECT_EQ(gpu_seconds(corrected.is), 2 * 2900);
  apply_event(run, amended);
  EXPECT_EQ(run.gpu_seconds, 2 * 2900);
  EXPECT_FALSE(amendment(run, witness_until(3000), at(3703)));
}

TEST(Evidence, ThatIsForgedLowersNothing) {
  TrainingRun run = after_the_end(lost_job(), Sighting{at(100), at(2000), 2, "k40", ""});
  EXPECT_FALSE(amendment(run, witness_until(101), at(3702)));
  EXPECT_FALSE(amendment(run, {}, at(3702)));
}

TEST(Evidence, OfTheYear2100ReachesToTheMomentAtWhichTheEndWasKnown) {
  TrainingRun run = fold(7, life_until(4, {train_ended(lost_job())}));
  RunEvent amended = amendment(run, witness_until(2'300'000'000), at(3702)).value();
  EXPECT_EQ(std::get<event::Used>(amended).segment.ended_at, at(3701));
}

TEST(Evidence, OfTimesBeforeTheSubmissionReachesBackToThatAtMost) {
  TrainingRun run = fold(7, life_until(4, {train_ended(lost_job())}));
  Witness witness = witness_until(3000);
  witness.started_at = at(-1'000'000);
  RunEvent amended = amendment(run, witness, at(3702)).value();
  EXPECT_EQ(std::get<event::Used>(amended).segment.started_at, job_key(train_id).submitted_at);
}

TEST(AnEarlierRelease, ThatHadNotChargedAnEndHasThatMadeUpFor) {
  TrainingRun run = fold(7, life_until(6));
  std::vector<RunEvent> uses = uncharged_uses(run, at(9000));
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(std::get<event::Used>(uses[0]).segment, hour_of(train_id));
  EXPECT_NE(std::get<event::Used>(uses[0]).reason, "");
  EXPECT_TRUE(uncharged_uses(fold(7, life_until(7)), at(9000)).empty());
  event::Settled charged_there = settled(Result::completed);
  charged_there.segment = hour_of(train_id);
  EXPECT_TRUE(uncharged_uses(fold(7, life_until(6, {charged_there})), at(9000)).empty());
}

TEST(AStageJob, IsChargedOnce) {
  DataSet set =
      fold("d1", {event::Wanted{at(0), ada(), {}, 1, 4711, {}}, event::Staging{at(1), 1, job_key(5)}});
  std::optional<DataSetEvent> use = use_of_stage_job(set, ended_job(5, JobOutcome::completed, 0), at(3701));
  ASSERT_TRUE(use);
  apply_event(set, *use);
  EXPECT_EQ(set.state, DataSetState::staging);
  EXPECT_FALSE(use_of_stage_job(set, ended_job(5, JobOutcome::completed, 0), at(3702)));
}

TEST(AToken, SaysWhoseJobItIsSupposedToBe) {
  NamedJob single = parse_token("cafe", token_of("cafe", 7, 2, JobRole::store)).value();
  EXPECT_EQ(std::tie(single.role, single.run_id, single.attempt, single.is_array),
            std::make_tuple(JobRole::store, std::int64_t{7}, 2, false));
  NamedJob array = parse_token("cafe", "ty-cafe-a7.1-train").value();
  EXPECT_TRUE(array.is_array);
  EXPECT_EQ(array.run_id, 7);
  NamedJob stage = parse_token("cafe", stage_token("cafe", "0123456789abcdef0123", 3)).value();
  EXPECT_EQ(std::tie(stage.role, stage.digest, stage.attempt),
            std::make_tuple(JobRole::stage, std::string("0123456789abcdef"), 3));
  for (const char* other : {"", "ty-cafe-", "ty-beef-7.1-train", "ty-cafe-7-train", "ty-cafe-x.1-train",
                            "ty-cafe-7.1-dance", "ty-cafe-7.99999999999-train", "ty-cafe-7-1.train"})
    EXPECT_FALSE(parse_token("cafe", other)) << other;
}

}  // namespace
}  // namespace trainyard
