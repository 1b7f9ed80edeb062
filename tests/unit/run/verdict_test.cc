// The verdict goes by the evidence of the agent. Without evidence, no run is completed.
#include "daemon/run/verdict.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

TrainingRun run_ended(JobOutcome outcome, std::vector<RunEvent> before = {}) {
  std::vector<RunEvent> events = life_until(5, std::move(before));
  events.push_back(event::Ended{at(3701), JobRole::train, ended_job(train_id, outcome)});
  return fold(7, events);
}

ExitEvidence exited(int code, int signal = 0) {
  ExitEvidence evidence;
  evidence.exit_code = code;
  evidence.signal = signal;
  evidence.last_lines = {"epoch 1", "epoch 2"};
  evidence.ended_at = at(3699);
  return evidence;
}

event::Settled settled_by(const TrainingRun& run, const std::optional<ExitEvidence>& evidence) {
  return std::get<event::Settled>(judge(run, {evidence, {}, "", ""}, at(3702)));
}

TEST(Verdict, OfAProgramThatExitedWithZeroIsCompletedWhateverTheSchedulerSays) {
  for (JobOutcome outcome : {JobOutcome::completed, JobOutcome::failed, JobOutcome::node_failure,
                             JobOutcome::time_limit, JobOutcome::unknown}) {
    event::Settled verdict = settled_by(run_ended(outcome), exited(0));
    EXPECT_EQ(verdict.result, Result::completed);
    EXPECT_EQ(verdict.exit_code, 0);
    EXPECT_EQ(verdict.reason, "");
  }
}

TEST(Verdict, OfExitCodeThreeSaysSo) {
  event::Settled verdict = settled_by(run_ended(JobOutcome::failed), exited(3));
  EXPECT_EQ(verdict.result, Result::failed);
  EXPECT_EQ(verdict.exit_code, 3);
  EXPECT_EQ(verdict.reason, "the program exited with code 3");
  EXPECT_EQ(verdict.last_lines, (std::vector<std::string>{"epoch 1", "epoch 2"}));
}

TEST(Verdict, OfASignalNamesIt) {
  event::Settled verdict = settled_by(run_ended(JobOutcome::failed), exited(0, 11));
  EXPECT_EQ(verdict.result, Result::failed);
  EXPECT_EQ(verdict.signal, 11);
  EXPECT_FALSE(verdict.exit_code);
  EXPECT_NE(verdict.reason.find("signal 11"), std::string::npos);
}

TEST(Verdict, OfAProgramThatCouldNotBeStartedIsNoSuccess) {
  ExitEvidence evidence = exited(0);
  evidence.message = "there is no mpirun";
  event::Settled verdict = settled_by(run_ended(JobOutcome::completed), evidence);
  EXPECT_EQ(verdict.result, Result::failed);
  EXPECT_EQ(verdict.reason, "there is no mpirun");
}

TEST(Verdict, WithoutEvidenceIsNeverSuccess) {
  for (JobOutcome outcome :
       {JobOutcome::completed, JobOutcome::failed, JobOutcome::cancelled, JobOutcome::time_limit,
        JobOutcome::node_failure, JobOutcome::preempted, JobOutcome::out_of_memory, JobOutcome::unknown}) {
    event::Settled verdict = settled_by(run_ended(outcome), std::nullopt);
    EXPECT_EQ(verdict.result, Result::failed);
    EXPECT_FALSE(verdict.reason.empty());
  }
}

TEST(Verdict, OfAJobThatItsOwnerReleasedTooEarlySaysSo) {
  std::vector<RunEvent> events = life_until(3);  // submitted
  events.push_back(event::Ended{at(3701), JobRole::train, ended_job(train_id, JobOutcome::failed)});
  event::Settled verdict = settled_by(fold(7, events), {});
  EXPECT_EQ(verdict.result, Result::failed);
  EXPECT_NE(verdict.reason.find("released in Slurm, not through Trainyard"), std::string::npos)
      << verdict.reason;
}

TEST(Verdict, OfTheTimeLimitNamesItEvenWhereTheProgramLeftEvidence) {
  for (const auto& evidence : {std::optional<ExitEvidence>(), std::optional(exited(0, 15))}) {
    event::Settled verdict = settled_by(run_ended(JobOutcome::time_limit), evidence);
    EXPECT_EQ(verdict.result, Result::failed);
    EXPECT_NE(verdict.reason.find("time_limit"), std::string::npos);
  }
}

// A killed slurmctld forgot that the job had ended, and later recorded another end.
TEST(Verdict, OfAProgramThatWasOverBeforeItsJobsEndGoesByTheEvidence) {
  ExitEvidence early = exited(3);
  early.ended_at = at(2000);
  for (JobOutcome outcome : {JobOutcome::time_limit, JobOutcome::node_failure, JobOutcome::cancelled}) {
    event::Settled verdict = settled_by(run_ended(outcome), early);
    EXPECT_EQ(verdict.cause, Cause::exit_code);
    EXPECT_EQ(verdict.reason, "the program exited with code 3");
  }
}

TEST(Verdict, OfSeveralNodesOneOfWhichFailedIsThatWhateverTheProgramMadeOfIt) {
  Manifest manifest = manifest_of();
  manifest.resources.nodes = 2;
  std::vector<RunEvent> events = life_until(5);
  events[0] = accepted(manifest);
  events.push_back(event::Ended{at(3701), JobRole::train, ended_job(train_id, JobOutcome::node_failure)});
  ExitEvidence early = exited(1);
  early.ended_at = at(2000);
  EXPECT_EQ(settled_by(fold(7, events), early).cause, Cause::node_failure);
}

TEST(Verdict, OfACancelledRunNamesWhoAskedForIt) {
  TrainingRun run = run_ended(JobOutcome::cancelled, {event::CancelRequested{at(200), "ada"}});
  event::Settled verdict = settled_by(run, exited(0, 15));
  EXPECT_EQ(verdict.result, Result::cancelled);
  EXPECT_EQ(verdict.reason, "cancelled by ada");
}

TEST(Verdict, OfAProgramThatWasDoneBeforeItsCancellationIsCompleted) {
  TrainingRun run = run_ended(JobOutcome::completed, {event::CancelRequested{at(200), "ada"}});
  EXPECT_EQ(settled_by(run, exited(0)).result, Result::completed);
}

TEST(Verdict, OfScancelBehindOurBackSaysSo) {
  event::Settled verdict = settled_by(run_ended(JobOutcome::cancelled), exited(0, 15));
  EXPECT_EQ(verdict.result, Result::failed);
  EXPECT_EQ(verdict.reason, "cancelled in Slurm, not through Trainyard");
}

TEST(Verdict, ChargesNothing) {
  EXPECT_EQ(charge_of(judge(run_ended(JobOutcome::failed), {exited(3), {}, "", ""}, at(3702))).segment,
            nullptr);
  TrainingRun retried = run_ended(JobOutcome::dependency_failed);
  EXPECT_EQ(charge_of(judge(retried, {}, at(3702))).segment, nullptr);
}

TEST(Verdict, KeepsTheAgentsLastSignOfLifeNoLaterThanTheEndWasKnown) {
  Witness witness;
  witness.started_at = at(101);
  for (auto [told, kept] : {std::pair(at(3690), at(3690)), std::pair(at(9'000'000), at(3701))}) {
    witness.last_seen_at = told;
    RunEvent verdict = judge(run_ended(JobOutcome::failed), {exited(3), witness, "", ""}, at(3702));
    EXPECT_EQ(last_sign_of_life(verdict), kept);
  }
}

TEST(Verdict, OfMissingDataIsAnotherAttempt) {
  ExitEvidence evidence = exited(1);
  evidence.data_missing = true;
  RunEvent verdict = judge(run_ended(JobOutcome::failed), {evidence, {}, "", ""}, at(3702));
  ASSERT_TRUE(std::holds_alternative<event::Retried>(verdict));
  EXPECT_TRUE(std::get<event::Retried>(verdict).data_missing);
}

TEST(Verdict, OfFailedStagingIsAnotherAttempt) {
  RunEvent verdict = judge(run_ended(JobOutcome::dependency_failed), {}, at(3702));
  ASSERT_TRUE(std::holds_alternative<event::Retried>(verdict));
  EXPECT_FALSE(std::get<event::Retried>(verdict).data_missing);
}

TEST(Verdict, OfACancelledRunIsNoOtherAttempt) {
  ExitEvidence evidence = exited(0);
  evidence.data_missing = true;
  TrainingRun run = run_ended(JobOutcome::cancelled, {event::CancelRequested{at(200), "ada"}});
  EXPECT_EQ(settled_by(run, evidence).result, Result::cancelled);
}

// Returns an ended run whose [retry] allows this many attempts, after these causes.
TrainingRun retried_run(JobOutcome outcome, int attempts, std::vector<Cause> on) {
  Manifest manifest = manifest_of();
  manifest.retry = {attempts, std::move(on), std::chrono::seconds(60)};
  std::vector<RunEvent> events = life_until(5);
  events[0] = accepted(manifest);
  events.push_back(event::Ended{at(3701), JobRole::train, ended_job(train_id, outcome)});
  return fold(7, events);
}

TEST(Verdict, OfEveryEndThatASchedulerTellsHasItsCause) {
  const std::map<JobOutcome, Cause> causes = {
      {JobOutcome::cancelled, Cause::cancelled},         {JobOutcome::time_limit, Cause::time_limit},
      {JobOutcome::node_failure, Cause::node_failure},   {JobOutcome::preempted, Cause::preempted},
      {JobOutcome::out_of_memory, Cause::out_of_memory}, {JobOutcome::unknown, Cause::lost}};
  std::set<std::string> reasons;
  for (const auto& [outcome, cause] : causes) {
    event::Settled verdict = settled_by(run_ended(outcome), std::nullopt);
    EXPECT_EQ(verdict.cause, cause);
    reasons.insert(verdict.reason);
  }
  EXPECT_EQ(reasons.size(), causes.size());
}

TEST(Verdict, OfAnEndThatRetryNamesIsAnotherAttemptElsewhere) {
  TrainingRun run = retried_run(JobOutcome::node_failure, 2, {Cause::node_failure});
  auto retried = std::get<event::Retried>(judge(run, {std::nullopt, {}, "n1", ""}, at(3702)));
  EXPECT_EQ(retried.cause, Cause::node_failure);
  EXPECT_EQ(retried.avoid, "n1");
  EXPECT_EQ(retried.reason, "a node failed: n1");
}

TEST(Verdict, OfAnEndThatRetryDoesNotNameIsTheEnd) {
  TrainingRun run = retried_run(JobOutcome::time_limit, 2, {Cause::node_failure});
  EXPECT_EQ(settled_by(run, std::nullopt).cause, Cause::time_limit);
}

TEST(Verdict, OfTheLastAttemptIsTheEnd) {
  TrainingRun run = retried_run(JobOutcome::node_failure, 1, {Cause::node_failure});
  EXPECT_EQ(settled_by(run, std::nullopt).cause, Cause::node_failure);
}

TEST(Verdict, CountsOnlyAttemptsThatGotTheirData) {
  TrainingRun run = retried_run(JobOutcome::node_failure, 2, {Cause::node_failure});
  apply_event(run, event::Retried{at(3702), Cause::data, "no data", true, "", {}});
  EXPECT_EQ(run.program_attempts, 0);
}

TEST(Verdict, OfAProgramThatAsksToBeTriedAgainDependsOnWhetherItWasWarned) {
  ExitEvidence evidence = exited(75);
  EXPECT_EQ(settled_by(run_ended(JobOutcome::failed), evidence).cause, Cause::try_again);
  evidence.warned = true;
  EXPECT_EQ(settled_by(run_ended(JobOutcome::failed), evidence).cause, Cause::time_limit);
  EXPECT_EQ(settled_by(run_ended(JobOutcome::preempted), evidence).cause, Cause::preempted);
}

EndFacts unclaimed(const std::string& cancelled_by = "") {
  EndFacts facts;
  facts.unclaimed = true;
  facts.cancelled_by = cancelled_by;
  facts.by_nobody = cancelled_by.empty();
  return facts;
}

TEST(Verdict, OfAJobThatNobodyEndedAndNoAgentTookIsAnotherAttemptForFree) {
  for (JobOutcome outcome : {JobOutcome::unknown, JobOutcome::cancelled, JobOutcome::node_failure}) {
    TrainingRun run = retried_run(outcome, 1, {});
    RunEvent verdict = judge(run, unclaimed(), at(3702));
    ASSERT_TRUE(std::holds_alternative<event::Retried>(verdict));
    EXPECT_EQ(std::get<event::Retried>(verdict).cause, Cause::never_began);
    apply_event(run, verdict);
    EXPECT_EQ(run.state, RunState::queued);
    EXPECT_EQ(run.program_attempts, 0);
  }
}

TEST(Verdict, OfAJobThatSomebodyCancelledBeforeItBeganIsTheEnd) {
  auto verdict =
      std::get<event::Settled>(judge(run_ended(JobOutcome::cancelled), unclaimed("ben"), at(3702)));
  EXPECT_EQ(verdict.reason, "cancelled in Slurm by ben, not through Trainyard");
}

TEST(Verdict, OfARunWhoseJobsNeverBeginIsAFailureSomeTime) {
  TrainingRun run = run_ended(JobOutcome::unknown);
  run.attempts.back().number = 8;
  auto verdict = std::get<event::Settled>(judge(run, unclaimed(), at(3702)));
  EXPECT_EQ(verdict.result, Result::failed);
  EXPECT_NE(verdict.reason.find("before it began"), std::string::npos);
}

TEST(Verdict, NamesWhoCancelledTheJobInSlurm) {
  auto verdict =
      std::get<event::Settled>(judge(run_ended(JobOutcome::cancelled), {{}, {}, "", "root"}, at(3702)));
  EXPECT_EQ(verdict.reason, "cancelled in Slurm by root, not through Trainyard");
}

}  // namespace
}  // namespace trainyard
