#include "daemon/report/usage_totals.h"

#include <gtest/gtest.h>

#include <numeric>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

UtcSeconds at(const std::string& text) { return parse_time(text, "Europe/Berlin"); }

// Returns one job of ada's run 1, on two K40s by default. Each test changes what it tests.
ChargedSegment used(const std::string& since, const std::string& until, int gpus = 2) {
  static std::uint32_t job_id = 0;
  ChargedSegment charged;
  charged.segment = {{"yard", ++job_id, at(since)}, 0, gpus > 0 ? "k40" : "", gpus, at(since), at(until)};
  charged.run_id = 1;
  charged.user = "ada";
  charged.account = "physics";
  charged.plan = "free";
  return charged;
}

UsageQuery november(std::vector<GroupKey> by) {
  return {at("2026-11-01"), at("2026-12-01"), "Europe/Berlin", std::move(by)};
}

std::int64_t sum_of(const std::vector<UsageRow>& rows) {
  return std::accumulate(rows.begin(), rows.end(), std::int64_t{0},
                         [](std::int64_t sum, const UsageRow& row) { return sum + row.gpu_seconds; });
}

TEST(Totals, AreGpusTimesSeconds) {
  auto totals =
      total_usage({used("2026-11-03T10:00:00", "2026-11-03T10:01:40", 4)}, november({GroupKey::user}));
  EXPECT_EQ(totals.rows, (std::vector<UsageRow>{{{"ada"}, 1, 1, 400}}));
  EXPECT_EQ(totals.total, (UsageRow{{}, 1, 1, 400}));
}

TEST(Totals, OfNothingAreZeroWithoutRows) {
  auto totals = total_usage({}, november({GroupKey::user}));
  EXPECT_TRUE(totals.rows.empty());
  EXPECT_EQ(totals.total, UsageRow{});
}

TEST(Totals, WithoutKeysAreOneRow) {
  auto totals = total_usage({used("2026-11-03T10:00", "2026-11-03T10:01")}, november({}));
  EXPECT_EQ(totals.rows, (std::vector<UsageRow>{{{}, 1, 1, 120}}));
}

TEST(Totals, ClipSegmentsToThePeriod) {
  auto totals =
      total_usage({used("2026-10-31T23:59:50", "2026-11-01T00:00:10", 1),
                   used("2026-11-30T23:59:59", "2026-12-24T12:00:00", 1), used("2026-10-01", "2027-01-01", 1),
                   used("2026-10-30", "2026-11-01"), used("2026-12-01", "2026-12-02")},
                  november({GroupKey::user}));
  EXPECT_EQ(totals.total, (UsageRow{{}, 1, 3, 10 + 1 + 30 * 86400}));
}

TEST(Totals, GroupBySeveralKeysInSortedRows) {
  ChargedSegment bobs = used("2026-11-03T10:00", "2026-11-03T10:01", 1);
  bobs.user = "bob";
  bobs.run_id = 2;
  ChargedSegment untyped = used("2026-11-03T10:00", "2026-11-03T10:01", 1);
  untyped.segment.gpu_type = "";
  auto totals = total_usage({bobs, used("2026-11-03T11:00", "2026-11-03T11:01"), untyped},
                            november({GroupKey::user, GroupKey::gpu}));
  EXPECT_EQ(totals.rows,
            (std::vector<UsageRow>{
                {{"ada", "gpu"}, 1, 1, 60}, {{"ada", "k40"}, 1, 1, 120}, {{"bob", "k40"}, 1, 1, 60}}));
}

TEST(Totals, CountARunAndAJobOnceHoweverManySegmentsTheyHave) {
  ChargedSegment first = used("2026-11-03T10:00", "2026-11-03T10:01");
  ChargedSegment restarted = first;
  restarted.segment.restart = 1;
  auto totals = total_usage({first, restarted, used("2026-11-03T11:00", "2026-11-03T11:01")},
                            november({GroupKey::user}));
  EXPECT_EQ(totals.total, (UsageRow{{}, 1, 2, 360}));
}

TEST(Totals, ShowStagingAndStoringWithoutGpuTime) {
  ChargedSegment stage = used("2026-11-03T09:00", "2026-11-03T10:00", 0);
  stage.role = JobRole::stage;
  stage.run_id.reset();
  ChargedSegment store = used("2026-11-03T11:00", "2026-11-03T12:00", 0);
  store.role = JobRole::store;
  auto totals =
      total_usage({stage, store, used("2026-11-03T10:00", "2026-11-03T10:01")}, november({GroupKey::gpu}));
  EXPECT_EQ(totals.rows, (std::vector<UsageRow>{{{""}, 1, 2, 0}, {{"k40"}, 1, 1, 120}}));
}

TEST(Totals, CountAJobThatEndedInTheSecondItStarted) {
  auto totals = total_usage({used("2026-11-03T10:00", "2026-11-03T10:00")}, november({GroupKey::month}));
  EXPECT_EQ(totals.rows, (std::vector<UsageRow>{{{"2026-11"}, 1, 1, 0}}));
}

TEST(Totals, SplitASegmentAtMidnightOfTheZonesMonth) {
  UsageQuery query{at("2026-01-01"), at("2027-01-01"), "Europe/Berlin", {GroupKey::month}};
  auto totals = total_usage({used("2026-10-31T23:59:50", "2026-12-01T00:00:05", 1)}, query);
  EXPECT_EQ(totals.rows,
            (std::vector<UsageRow>{
                {{"2026-10"}, 1, 1, 10}, {{"2026-11"}, 1, 1, 30 * 86400}, {{"2026-12"}, 1, 1, 5}}));
  EXPECT_EQ(totals.total, (UsageRow{{}, 1, 1, 30 * 86400 + 15}));
}

// Berlin turns its clocks on 29 March and 25 October 2026: these months have 743 and 745 hours.
TEST(Totals, GiveTheMonthsOfClockChangesTheirTrueLength) {
  UsageQuery query{at("2026-01-01"), at("2027-01-01"), "Europe/Berlin", {GroupKey::month}};
  auto totals =
      total_usage({used("2026-03-01", "2026-04-01", 1), used("2026-10-01", "2026-11-01", 1)}, query);
  EXPECT_EQ(totals.rows,
            (std::vector<UsageRow>{{{"2026-03"}, 1, 1, 743 * 3600}, {{"2026-10"}, 1, 1, 745 * 3600}}));
}

TEST(Totals, OfTheDaysAroundAClockChangeAddUpToTheWhole) {
  ChargedSegment whole = used("2026-10-24T12:00", "2026-10-26T12:00", 3);
  std::int64_t days = 0;
  for (int day = 24; day <= 26; ++day) {
    UsageQuery query{at("2026-10-" + std::to_string(day)),
                     at("2026-10-" + std::to_string(day + 1)),
                     "Europe/Berlin",
                     {GroupKey::user}};
    days += total_usage({whole}, query).total.gpu_seconds;
  }
  EXPECT_EQ(days, 3 * 49 * 3600);
}

TEST(Totals, OfEveryZoneHoldTheSameSeconds) {
  std::vector<ChargedSegment> segments;
  for (int hour = 0; hour < 24; ++hour) {
    std::string clock = (hour < 10 ? "0" : "") + std::to_string(hour);
    segments.push_back(used("2026-03-28T" + clock + ":13", "2026-04-03T" + clock + ":57", 1 + hour % 4));
  }
  for (const char* zone : {"Europe/Berlin", "UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"}) {
    UsageQuery query{at("2026-03-29"), at("2026-04-02"), zone, {GroupKey::month, GroupKey::user}};
    auto totals = total_usage(segments, query);
    EXPECT_EQ(totals.rows.size(), 2u) << zone;
    EXPECT_EQ(sum_of(totals.rows), totals.total.gpu_seconds) << zone;
    query.by.clear();
    EXPECT_EQ(total_usage(segments, query).total.gpu_seconds, totals.total.gpu_seconds) << zone;
  }
}

TEST(GroupKey, IsReadByItsNameAndNoOther) {
  EXPECT_EQ(group_key_from("month"), GroupKey::month);
  EXPECT_STREQ(to_string(GroupKey::account), "account");
  EXPECT_THROW(group_key_from("weather"), Error);
}

// Returns the row as it would be if written on 5 December, when November was closed already.
ChargedSegment written_late(ChargedSegment charged, EntryKind kind) {
  charged.kind = kind;
  charged.written_at = at("2026-12-05");
  charged.closed_until = at("2026-12-01");
  return charged;
}

UsageQuery december() { return {at("2026-12-01"), at("2027-01-01"), "Europe/Berlin", {GroupKey::month}}; }

TEST(Totals, OfAClosedMonthStayAsTheyWereWhateverIsCorrectedLater) {
  ChargedSegment wrong = used("2026-11-03T10:00", "2026-11-03T11:00", 1);
  ChargedSegment right = wrong;
  right.segment.ended_at = at("2026-11-03T10:30");
  std::vector<ChargedSegment> rows{wrong, written_late(wrong, EntryKind::reversal),
                                   written_late(right, EntryKind::correction)};
  EXPECT_EQ(total_usage(rows, november({})).total, (UsageRow{{}, 1, 1, 3600}));
  EXPECT_EQ(total_usage(rows, december()).rows,
            (std::vector<UsageRow>{{{"2026-12"}, 1, 1, -1800, 0, -1800}}));
}

TEST(Totals, OfAnOpenMonthAreThoseOfTheCorrection) {
  ChargedSegment wrong = used("2026-11-03T10:00", "2026-11-03T11:00", 1);
  ChargedSegment reversal = wrong, right = wrong;
  reversal.kind = EntryKind::reversal;
  right.kind = EntryKind::correction;
  right.segment.ended_at = at("2026-11-03T10:30");
  EXPECT_EQ(total_usage({wrong, reversal, right}, november({})).total, (UsageRow{{}, 1, 1, 1800}));
}

TEST(Totals, BookTheClosedPartOfALateEntryInTheMonthItWasWrittenIn) {
  ChargedSegment entry =
      written_late(used("2026-11-30T23:00:00", "2026-12-01T02:00:00", 1), EntryKind::entry);
  EXPECT_EQ(total_usage({entry}, november({})).total, UsageRow{});
  EXPECT_EQ(total_usage({entry}, december()).total, (UsageRow{{}, 1, 1, 3 * 3600, 0, 3600}));
}

TEST(Totals, SayHowMuchOfTheTimeJobsWereSuspended) {
  ChargedSegment charged = used("2026-10-31T23:00:00", "2026-11-01T01:00:00");
  charged.segment.suspended = {{at("2026-10-31T23:50:00"), at("2026-11-01T00:10:00")}};
  EXPECT_EQ(total_usage({charged}, november({})).total, (UsageRow{{}, 1, 1, 7200, 1200}));
}

}  // namespace
}  // namespace trainyard
