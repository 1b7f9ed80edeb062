// Tests the comparison of segments with slurmdbd and the agent's evidence: they are equal, or the difference
// has a named reason.
#include "daemon/report/reconcile.h"

#include <gtest/gtest.h>

#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

constexpr std::int64_t long_after = 100'000;

// One job as the ledger has it and as slurmdbd has it. Each test changes what it tests.
struct Books {
  ChargedSegment charged;
  JobStatus recorded = ended_job(train_id, JobOutcome::completed);
  std::set<JobKey> uncharged;
  bool in_ledger = true, in_slurmdbd = true;
  std::int64_t asked_at = long_after;

  Books() {
    charged.segment = hour_of(train_id);
    charged.run_id = 7;
    recorded.token = "ty-cafe-7.1-train";
  }

  Reconciliation reconciled(UtcSeconds since = at(0)) const {
    return reconcile(in_ledger ? std::vector{charged} : std::vector<ChargedSegment>(),
                     in_slurmdbd ? std::vector{recorded} : std::vector<JobStatus>(), uncharged, since,
                     at(asked_at));
  }
  ReconciledJob only() const {
    Reconciliation result = reconciled();
    EXPECT_EQ(result.jobs.size(), 1u);
    return result.jobs.at(0);
  }
};

TEST(Reconcile, OfTheSameTimesAndGpusIsEqual) {
  Reconciliation result = Books().reconciled();
  EXPECT_EQ(result.count(Finding::equal), 1);
  EXPECT_EQ(result.explained(), 0);
  EXPECT_EQ(result.unexplained(), 0);
}

TEST(Reconcile, OfASecondMoreIsUnexplained) {
  Books books;
  books.charged.segment.ended_at = at(3701);
  books.charged.segment.gpus = books.recorded.gpus = 2;
  EXPECT_EQ(books.only().finding, Finding::differs);
  EXPECT_EQ(books.only().gpu_seconds_too_many(), 2);
  EXPECT_EQ(books.reconciled().unexplained(), 1);
}

TEST(Reconcile, OfOtherGpusIsUnexplained) {
  Books books;
  books.recorded.gpus = 2;
  EXPECT_EQ(books.only().finding, Finding::differs);
  EXPECT_EQ(books.only().gpu_seconds_too_many(), -3600);
}

TEST(Reconcile, OfAJobThatEndedWithinASecondIsEqualWhateverItsGpus) {
  Books books;
  books.charged.segment.ended_at = books.charged.segment.started_at;
  books.recorded.ended_at = books.recorded.started_at;
  books.recorded.gpus = 0;
  EXPECT_EQ(books.only().finding, Finding::equal);
  EXPECT_EQ(books.only().gpu_seconds_too_many(), 0);
}

TEST(Reconcile, OfAJobThatSlurmctldLostGoesByTheEvidence) {
  Books books;
  books.charged.segment.source = SegmentSource::evidence;
  books.charged.segment.last_seen_at = at(3700);
  books.recorded.started_at.reset();
  EXPECT_EQ(books.only().finding, Finding::controller_lost_job);
  EXPECT_EQ(books.only().slurmdbd_seconds(), 0);
  books.in_slurmdbd = false;
  EXPECT_EQ(books.only().finding, Finding::controller_lost_job);
}

TEST(Reconcile, OfAJobThatSlurmctldRanAgainAfterItsEndSaysSo) {
  Books books;
  books.recorded.started_at = books.charged.segment.ended_at + std::chrono::seconds(6);
  books.recorded.ended_at = books.recorded.started_at;
  EXPECT_EQ(books.only().finding, Finding::controller_repeated_job);
  EXPECT_TRUE(is_explained(books.only().finding));
}

TEST(Reconcile, OfAJobThatSlurmctldRanOnceMoreIsTwoRowsOfWhichOneIsCharged) {
  Books books;
  JobStatus repetition = books.recorded;
  repetition.key.submitted_at += std::chrono::seconds(10);
  repetition.started_at = at(3700);
  repetition.ended_at = at(3701);
  Reconciliation result = reconcile({books.charged}, {books.recorded, repetition}, {}, at(0), at(long_after));
  EXPECT_EQ(result.count(Finding::equal), 1);
  EXPECT_EQ(result.count(Finding::controller_repeated_job), 1);
  repetition.ended_at = at(3800);  // the repeated job did not end at once
  EXPECT_EQ(reconcile({books.charged}, {books.recorded, repetition}, {}, at(0), at(long_after)).unexplained(),
            1);
}

TEST(Reconcile, OfAJobWhoseEndSlurmctldForgotGoesByTheFirstIfTheAgentBearsItOut) {
  Books books;
  books.charged.segment.last_seen_at = books.charged.segment.ended_at;
  books.recorded.ended_at = books.charged.segment.ended_at + std::chrono::seconds(6);
  EXPECT_EQ(books.only().finding, Finding::controller_forgot_end);
  EXPECT_TRUE(is_explained(books.only().finding));
  books.recorded.ended_at =
      books.charged.segment.ended_at - std::chrono::seconds(3);  // killed while suspended
  EXPECT_EQ(books.only().finding, Finding::controller_forgot_end);
  books.recorded.started_at.reset();  // slurmctld forgot the start, too
  EXPECT_EQ(books.only().finding, Finding::controller_forgot_end);
  books.recorded.started_at = books.charged.segment.started_at;
  books.charged.segment.last_seen_at = books.charged.segment.ended_at - std::chrono::seconds(20);
  EXPECT_EQ(books.only().finding, Finding::differs);
  books.charged.segment.last_seen_at.reset();  // the agent left no sign of life
  EXPECT_EQ(books.only().finding, Finding::differs);
  books.charged.segment.gpus = books.recorded.gpus = 0;  // without GPUs nothing is charged
  EXPECT_EQ(books.only().finding, Finding::controller_forgot_end);
}

TEST(Reconcile, OfAJobThatCameBackAfterItsEndNeedsNoAgentForTheFirstEnd) {
  Books books;
  books.charged.segment.last_seen_at = books.charged.segment.ended_at - std::chrono::seconds(21);
  books.recorded.ended_at = books.charged.segment.ended_at + std::chrono::seconds(15);
  EXPECT_EQ(books.only().finding, Finding::controller_forgot_end);
  EXPECT_EQ(books.only().gpu_seconds_too_many(), -15 * books.charged.segment.gpus);
  books.recorded.gpus += 1;
  EXPECT_EQ(books.only().finding, Finding::differs);
}

TEST(Reconcile, FindsALostJobsRowUnderTheSubmitTimeOfItsRequeue) {
  Books books;
  books.charged.segment.source = SegmentSource::evidence;
  books.charged.segment.last_seen_at = at(3700);
  books.recorded.key.submitted_at += std::chrono::seconds(30);
  books.recorded.ended_at = books.recorded.started_at;
  EXPECT_EQ(books.only().finding, Finding::controller_lost_job);
  EXPECT_TRUE(books.only().recorded);
}

TEST(Reconcile, LeavesARowToAnotherRunWhoseJobReusesTheIdOfALostOne) {
  Books books;
  books.charged.segment.source = SegmentSource::evidence;
  books.charged.segment.last_seen_at = at(3700);
  books.recorded.key.submitted_at += std::chrono::seconds(30);
  books.recorded.token = "ty-cafe-8.1-train";
  Reconciliation result = books.reconciled();
  EXPECT_EQ(result.count(Finding::controller_lost_job), 1);
  EXPECT_EQ(result.count(Finding::missing_in_ledger), 1);
}

TEST(Reconcile, KnowsWhatTheLedgerShouldSay) {
  Books books;
  books.recorded.ended_at = at(1900);
  books.charged.segment.suspended = {{at(200), at(300)}, {at(2000), at(2100)}};
  Segment right = books.only().as_recorded().value();
  EXPECT_EQ(right.ended_at, at(1900));
  EXPECT_EQ(right.suspended, (std::vector<Period>{{at(200), at(300)}}));
  books.in_slurmdbd = false;
  EXPECT_FALSE(books.only().as_recorded());
}

TEST(Reconcile, OfAnotherJobUnderAReusedIdIsTwoJobs) {
  Books books;
  books.recorded.key.submitted_at += std::chrono::hours(30);
  Reconciliation result = books.reconciled();
  EXPECT_EQ(result.count(Finding::missing_in_slurmdbd), 1);
  EXPECT_EQ(result.count(Finding::missing_in_ledger), 1);
  EXPECT_EQ(result.unexplained(), 2);
}

TEST(Reconcile, OfAFailedNodeSaysHowLongNobodySawTheJob) {
  Books books;
  books.recorded.outcome = JobOutcome::node_failure;
  EXPECT_EQ(books.only().finding, Finding::equal);  // the agent left no sign of life to compare with
  books.charged.segment.last_seen_at = at(3670);
  EXPECT_EQ(books.only().finding, Finding::node_failure_detected_late);
  EXPECT_EQ(books.only().seconds_unseen(), 30);
  EXPECT_EQ(books.only().gpu_seconds_too_many(), 0);
}

TEST(Reconcile, OfSuspendedTimeHoldsTheSums) {
  Books books;
  books.charged.segment.suspended = {{at(200), at(300)}, {at(400), at(500)}};
  books.recorded.suspended = std::chrono::seconds(200);
  EXPECT_EQ(books.only().finding, Finding::equal);
  books.recorded.suspended = std::chrono::seconds(201);
  EXPECT_EQ(books.only().finding, Finding::suspended);
  EXPECT_EQ(books.only().gpu_seconds_too_many(), 0);
}

TEST(Reconcile, OfARunawayRowSaysThatItHasNoEnd) {
  Books books;
  books.recorded.phase = JobPhase::running;
  books.recorded.ended_at.reset();
  EXPECT_EQ(books.only().finding, Finding::differs);  // the agent left no sign of life
  books.charged.segment.last_seen_at = at(3699);
  EXPECT_EQ(books.only().finding, Finding::not_ended_in_slurmdbd);
  books.in_ledger = false;
  EXPECT_EQ(books.only().finding, Finding::not_ended_in_slurmdbd);
}

TEST(Reconcile, OfARunThatLivesWaitsForItsChargeButNotForLong) {
  Books books;
  books.in_ledger = false;
  books.uncharged.insert(books.recorded.key);
  books.asked_at = 3710;
  EXPECT_EQ(books.only().finding, Finding::not_charged_yet);
  books.asked_at = 3700 + 901;
  EXPECT_EQ(books.only().finding, Finding::missing_in_ledger);
}

TEST(Reconcile, HoldsEachExplanationToItsSeconds) {
  Books books;
  books.charged.segment.source = SegmentSource::evidence;
  books.charged.segment.last_seen_at = at(2000);
  books.recorded.started_at.reset();
  EXPECT_EQ(books.only().finding, Finding::differs);
  EXPECT_FALSE(books.only().seconds_allowed);
  books.charged.segment.last_seen_at = at(3699);
  EXPECT_EQ(books.only().finding, Finding::controller_lost_job);
  EXPECT_EQ(books.only().seconds_apart(), 3600);
  EXPECT_EQ(books.only().seconds_allowed, 3614);
}

TEST(Reconcile, OfAnEndForgottenForLongerThanSlurmctldCanIsUnexplained) {
  Books books;
  books.charged.segment.last_seen_at = books.charged.segment.ended_at;
  books.recorded.ended_at = at(3700 + 900);
  EXPECT_EQ(books.only().finding, Finding::controller_forgot_end);
  EXPECT_EQ(books.only().seconds_apart(), 900);
  EXPECT_EQ(books.only().seconds_allowed, 900);
  books.recorded.ended_at = at(3700 + 901);
  EXPECT_EQ(books.only().finding, Finding::differs);
}

TEST(Reconcile, OfALostJobOfWhichTheLedgerHasLessIsUnexplained) {
  Books books;
  books.charged.segment.source = SegmentSource::evidence;
  books.charged.segment.ended_at = at(200);
  books.charged.segment.last_seen_at = at(200);
  EXPECT_EQ(books.only().finding, Finding::differs);
  EXPECT_EQ(books.only().as_recorded()->ended_at, at(3700));
}

TEST(Reconcile, WithoutGpusInSlurmdbdHoldsTheTimesAlone) {
  Books books;
  books.charged.segment.gpus = 4;
  books.recorded.gpus = 0;
  books.recorded.gpus_on_record = false;
  EXPECT_EQ(books.only().finding, Finding::gpus_not_in_slurmdbd);
  EXPECT_EQ(books.only().gpu_seconds_too_many(), 0);
  books.recorded.ended_at = at(1900);
  EXPECT_EQ(books.only().finding, Finding::differs);
  EXPECT_EQ(books.only().as_recorded()->gpus, 4);
}

TEST(Reconcile, NeverCorrectsGpusToNone) {
  Books books;
  books.charged.segment.gpus = 4;
  books.recorded.gpus = 0;  // from a time when AccountingStorageTRES did not include GPUs
  EXPECT_EQ(books.only().finding, Finding::differs);
  EXPECT_FALSE(books.only().as_recorded());
  books.recorded.ended_at = at(1900);
  EXPECT_EQ(books.only().as_recorded()->gpus, 4);
}

TEST(Reconcile, KnowsAllOfAJobThatIsMissing) {
  Books books;
  books.in_ledger = false;
  books.recorded.account = "vision";
  Segment expected = hour_of(train_id);
  expected.account = "vision";
  EXPECT_EQ(books.only().finding, Finding::missing_in_ledger);
  EXPECT_EQ(books.only().as_recorded(), expected);
}

TEST(Reconcile, OfAJobThatNeverStartedIsNothing) {
  Books books;
  books.in_ledger = false;
  books.recorded.started_at.reset();
  EXPECT_TRUE(books.reconciled().jobs.empty());
}

TEST(Reconcile, OfASecondCopySaysSo) {
  Books books;
  JobStatus copy = books.recorded;
  copy.key = job_key(12);
  copy.ended_at = *copy.started_at + std::chrono::seconds(2);  // its agent found the claim of the first job
  Reconciliation result = reconcile({books.charged}, {books.recorded, copy}, {}, at(0), at(long_after));
  EXPECT_EQ(result.count(Finding::equal), 1);
  EXPECT_EQ(result.count(Finding::extra_copy), 1);
  EXPECT_EQ(result.unexplained(), 0);
  copy.ended_at = *copy.started_at + std::chrono::seconds(61);
  EXPECT_EQ(reconcile({books.charged}, {books.recorded, copy}, {}, at(0), at(long_after)).unexplained(), 1);
}

TEST(Reconcile, GivesTheRowOfTheNextAttemptToThatThoughItHasTheLostOnesId) {
  Books lost, next;
  lost.charged.segment.source = SegmentSource::evidence;
  lost.charged.segment.last_seen_at = at(3700);
  next.charged.segment.job.submitted_at += std::chrono::seconds(60);
  next.recorded.key = next.charged.segment.job;
  next.recorded.token = "ty-cafe-7.2-train";
  Reconciliation result = reconcile({lost.charged, next.charged}, {next.recorded}, {}, at(0), at(long_after));
  EXPECT_EQ(result.count(Finding::controller_lost_job), 1);
  EXPECT_EQ(result.count(Finding::equal), 1);
}

TEST(Reconcile, ExplainsWhatSlurmdbdNeverHeardOfWhereTheAgentBearsOutWhatIsChargedForIt) {
  Books books;
  books.in_slurmdbd = false;
  EXPECT_EQ(books.only().finding, Finding::missing_in_slurmdbd);
  books.charged.segment.last_seen_at = books.charged.segment.ended_at;
  EXPECT_EQ(books.only().finding, Finding::unheard_of);
  books.charged.segment.last_seen_at.reset();
  books.charged.segment.gpus = 0;
  EXPECT_EQ(books.only().finding, Finding::unheard_of);
  EXPECT_EQ(books.reconciled().unexplained(), 0);
}

TEST(Reconcile, ExplainsTheStoreJobOfAnAttemptThatCameToNothing) {
  Books books;
  JobStatus store = books.recorded;
  store.key = job_key(13);
  store.token = "ty-cafe-7.1-store";
  store.gpus = 0;
  Reconciliation result = reconcile({books.charged}, {books.recorded, store}, {}, at(0), at(long_after));
  EXPECT_EQ(result.count(Finding::given_up), 1);
  EXPECT_EQ(result.unexplained(), 0);
}

TEST(Reconcile, LooksBeyondItsEdgeToMatchButTellsOnlyOfWhatIsWithin) {
  Books books;
  books.recorded.ended_at = at(3690);
  EXPECT_EQ(books.reconciled(at(3695)).count(Finding::differs), 1);
  EXPECT_TRUE(books.reconciled(at(3701)).jobs.empty());
  books.in_ledger = false;
  EXPECT_TRUE(books.reconciled(at(3695)).jobs.empty());
}

TEST(Findings, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(Finding::missing_in_slurmdbd); ++i)
    names.insert(to_string(static_cast<Finding>(i)));
  EXPECT_EQ(names.size(), 15u);
  EXPECT_TRUE(is_explained(Finding::not_charged_yet));
  EXPECT_FALSE(is_explained(Finding::differs));
}

}  // namespace
}  // namespace trainyard
