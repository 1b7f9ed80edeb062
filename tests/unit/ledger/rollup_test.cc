// Tests of the rollup: it holds the usage of runs under the months that the runs span, and names the segments
// to read of the other runs.
#include "daemon/ledger/rollup.h"

#include <gtest/gtest.h>

#include "daemon/base/error.h"
#include "daemon/ledger/ledger.h"
#include "tests/kernels/temporary_directory.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

constexpr const char* berlin = "Europe/Berlin";
const MonthRange year{"2026-01", "2027-01"}, until_november{"2026-01", "2026-12"};

// Ada's runs in November, without account and plan. Each test changes what it tests.
class ARollup : public ::testing::Test {
 protected:
  ARollup() { ledger_.make_rollup(berlin); }

  TrainingRun accept(const std::string& client_id = "c1") {
    return run_of(ledger_.accept({ada().uid, client_id, "", ""}, {accepted()}, {}).run_ids.at(0),
                  {accepted()});
  }
  void charge(const TrainingRun& run, const Segment& segment, JobRole role = JobRole::train) {
    ledger_.append(run, event::Used{at(3701), role, segment, ""});
  }

  // Returns the sum of all usage in these months.
  UsageAmounts total(const MonthRange& months = year) {
    UsageAmounts total;
    for (const auto& [key, amounts] : ledger_.rollup().usage(months, false, false)) total += amounts;
    return total;
  }
  std::size_t segments_beside(const MonthRange& months, const MonthSpan& touched = {"2025-01", "9999-12"}) {
    return ledger_.rollup().spanning_segments(touched, months).size();
  }

  static UsageKey key(std::optional<std::string> month, std::optional<std::string> gpu,
                      const MonthSpan& span = {"2026-11", "2026-11"}) {
    return {span, ada().uid, "ada", "", "", std::move(month), std::move(gpu)};
  }

  TemporaryDirectory folder_;
  Ledger ledger_{folder_.file("ledger.db")};
};

Segment until_noon_of_2_december(std::uint32_t job_id) {
  Segment segment = hour_of(job_id);
  segment.ended_at = parse_time("2026-12-02T12:00", berlin);
  return segment;
}

TEST_F(ARollup, HoldsWhatARunUsed) {
  TrainingRun run = accept();
  charge(run, hour_of(10, 2));
  charge(run, hour_of(11, 0), JobRole::store);
  EXPECT_EQ(ledger_.rollup().usage(year, true, true), (Usage{{key({}, {}), {1, 2, 7200}},
                                                             {key("2026-11", ""), {1, 1, 0}},
                                                             {key("2026-11", "k40"), {1, 1, 7200}}}));
  EXPECT_EQ(ledger_.rollup().usage(year, false, true),
            (Usage{{key({}, {}), {1, 2, 7200}}, {key({}, ""), {1, 1, 0}}, {key({}, "k40"), {1, 1, 7200}}}));
  EXPECT_EQ(segments_beside(year), 0u);
}

TEST_F(ARollup, IsMadeOfWhatWasThereBefore) {
  Ledger ledger(folder_.file("another.db"));
  std::int64_t id = ledger.accept({ada().uid, "c1", "", ""}, {accepted()}, {}).run_ids.at(0);
  ledger.append(run_of(id, {accepted()}), used(10));
  EXPECT_FALSE(ledger.rollup().zone());
  EXPECT_TRUE(ledger.rollup().usage(year, false, false).empty());
  ledger.make_rollup(berlin);
  EXPECT_EQ(ledger.rollup().zone(), berlin);
  EXPECT_EQ(ledger.rollup().usage(year, false, false), (Usage{{key({}, {}), {1, 1, 3600}}}));
}

TEST_F(ARollup, IsAboutTheMonthsOfItsZone) {
  Segment segment = hour_of(10);
  segment.started_at = parse_time("2026-11-01T00:10:00", berlin);
  segment.ended_at = segment.started_at + std::chrono::minutes(1);
  charge(accept(), segment);
  auto first_month = [this] { return ledger_.rollup().usage(year, false, false).begin()->first.span.first; };
  EXPECT_EQ(first_month(), "2026-11");
  ledger_.make_rollup("UTC");
  EXPECT_EQ(first_month(), "2026-10");
  EXPECT_THROW(ledger_.make_rollup("Europe/Atlantis"), Error);
  EXPECT_EQ(ledger_.rollup().zone(), "UTC");
}

TEST_F(ARollup, AddsRunsUp) {
  charge(accept("c1"), hour_of(10));
  charge(accept("c2"), hour_of(20));
  EXPECT_EQ(total(), (UsageAmounts{2, 2, 7200}));
}

TEST_F(ARollup, CountsAJobThatSlurmRestartedOnce) {
  TrainingRun run = accept();
  Segment again = hour_of(10);
  again.restart = 1;
  charge(run, hour_of(10));
  charge(run, again);
  EXPECT_EQ(total(), (UsageAmounts{1, 1, 7200}));
}

TEST_F(ARollup, HoldsARunOfTwoMonthsUnderBoth) {
  const MonthSpan both{"2026-11", "2026-12"};
  TrainingRun run = accept();
  charge(run, hour_of(10));
  charge(run, until_noon_of_2_december(20));
  std::int64_t in_december = 36 * 3600,
               in_november = (parse_time("2026-12-01", berlin) - at(100)).count() + 3600;
  EXPECT_EQ(ledger_.rollup().usage(year, true, false),
            (Usage{{key({}, {}, both), {1, 2, in_november + in_december}},
                   {key("2026-11", {}, both), {1, 2, in_november}},
                   {key("2026-12", {}, both), {1, 1, in_december}}}));
  EXPECT_EQ(segments_beside(year), 0u);
}

TEST_F(ARollup, NamesTheSegmentsOfRunsThatCrossTheEdgeOfItsMonths) {
  TrainingRun run = accept();
  charge(run, hour_of(10));
  EXPECT_EQ(total(until_november), (UsageAmounts{1, 1, 3600}));
  charge(run, until_noon_of_2_december(20));
  EXPECT_EQ(total(until_november), UsageAmounts());
  EXPECT_EQ(segments_beside(until_november), 2u);
  charge(run, hour_of(30));
  EXPECT_EQ(segments_beside(until_november), 3u);
  EXPECT_EQ(segments_beside(until_november, {"2026-12", "2026-12"}), 3u);
  EXPECT_EQ(segments_beside(until_november, {"2026-09", "2026-10"}), 0u);
}

TEST_F(ARollup, TakesBackWhatIsCorrected) {
  charge(accept(), hour_of(10));
  Segment half = hour_of(10);
  half.ended_at = at(1900);
  ledger_.correct(hour_of(10), half, "late record");
  EXPECT_EQ(total(), (UsageAmounts{1, 1, 1800}));
  EXPECT_EQ(segments_beside(year), 0u);
}

TEST_F(ARollup, HoldsWhatCameAfterItsMonthWasClosedUnderTheMonthOfThatMoment) {
  Segment early = hour_of(30);
  early.started_at = month_bounds("2025-03", berlin).since;
  early.ended_at = early.started_at + std::chrono::hours(1);
  ledger_.close_month("2025-03", berlin, "root");
  charge(accept(), early);
  std::string month = month_of(now(), berlin);
  const MonthRange from_then{month, "9999-12"}, until_then{"2025-01", month};
  EXPECT_EQ(total(from_then), (UsageAmounts{1, 1, 3600, 0, 3600}));
  EXPECT_EQ(segments_beside(until_then), 1u);
}

TEST_F(ARollup, LeavesOutARunWithVeryManySegments) {
  TrainingRun run = accept();
  auto charge_another = [&, job_id = 10u]() mutable { charge(run, hour_of(job_id++)); };
  for (std::size_t i = 0; i < most_segments_rolled_up; ++i) charge_another();
  EXPECT_EQ(total().gpu_seconds, 3600 * std::int64_t{most_segments_rolled_up});
  for (int i = 0; i < 2; ++i) charge_another();
  EXPECT_EQ(total(), UsageAmounts());
  EXPECT_EQ(segments_beside(year), most_segments_rolled_up + 2);
}

TEST_F(ARollup, LeavesOutARunThatSeveralAccountsAreChargedFor) {
  TrainingRun run = accept();
  Segment physics = hour_of(20);
  physics.account = "physics";
  for (const Segment& segment : {hour_of(10), physics, hour_of(30)}) charge(run, segment);
  EXPECT_EQ(total(), UsageAmounts());
  EXPECT_EQ(segments_beside(year), 3u);
}

TEST_F(ARollup, CountsAJobOfADataSetWithoutARun) {
  ledger_.accept({ada().uid, "c1", "", ""}, {}, {{"d1", event::Wanted{at(0), ada(), {}, 1, 1, {}}}});
  Segment again = hour_of(5, 0);
  again.restart = 1;
  for (const Segment& segment : {hour_of(5, 0), again, hour_of(6, 0)})
    ledger_.append(ledger_.find_data_set("d1").value(), event::Used{at(2), JobRole::stage, segment, ""});
  EXPECT_EQ(total(), (UsageAmounts{0, 2, 0}));
}

TEST_F(ARollup, IsUndoneWithTheSegmentsOfATurnThatFails) {
  TrainingRun run = accept();
  EXPECT_THROW(ledger_.together([&] {
    charge(run, hour_of(10));
    throw Error(ErrorKind::unavailable, "the disk is full");
  }),
               Error);
  EXPECT_EQ(total(), UsageAmounts());
}

TEST_F(ARollup, GivesTheSegmentsOfRunsOfOneMonthInAPeriod) {
  charge(accept("c1"), hour_of(10));
  charge(accept("c2"), until_noon_of_2_december(20));
  const Rollup& rollup = ledger_.rollup();
  EXPECT_EQ(rollup.segments_in_one_month({at(3699), at(9000)}).size(), 1u);
  EXPECT_EQ(rollup.segments_in_one_month({at(3699), at(9000)}, ada().uid).size(), 1u);
  EXPECT_TRUE(rollup.segments_in_one_month({at(3699), at(9000)}, ada().uid + 1).empty());
  EXPECT_TRUE(rollup.segments_in_one_month({at(3700), at(9000)}).empty());
}

TEST_F(ARollup, KnowsTheLastSecondOfWhichSomethingIsBooked) {
  EXPECT_EQ(ledger_.rollup().last_booking(), from_unix(0));
  charge(accept(), until_noon_of_2_december(20));
  EXPECT_EQ(ledger_.rollup().last_booking(), parse_time("2026-12-02T12:00", berlin));
}

}  // namespace
}  // namespace trainyard
