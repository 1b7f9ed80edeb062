// Tests of the account: rows are added, never changed; a closed month stays as it was.
#include <gtest/gtest.h>

#include "daemon/base/error.h"
#include "daemon/ledger/ledger.h"
#include "tests/kernels/temporary_directory.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

class AnAccount : public ::testing::Test {
 protected:
  AnAccount() { enter(hour_of(train_id)); }

  // Charges the segment to a new run.
  void enter(const Segment& segment) {
    std::string client_id = std::to_string(segment.job.job_id);
    std::int64_t id = ledger_.accept({ada().uid, client_id, "", ""}, {accepted()}, {}).run_ids.at(0);
    TrainingRun run = ledger_.find_run(id).value();
    std::vector<RunEvent> events =
        life_until(6, {event::Used{at(3701), JobRole::train, segment, ""}, settled(Result::completed)});
    for (auto event = events.begin() + 1; event != events.end(); ++event) {
      apply_event(run, *event);
      ledger_.append(run, *event);
    }
  }

  std::vector<ChargedSegment> in_force() { return ledger_.segments_in_force(at(0)); }
  std::vector<ChargedSegment> rows() { return ledger_.segments(at(0), at(10'000)); }

  void expect_refused(const std::string& sql, const std::string& why) {
    try {
      Database(path_).execute(sql);
      ADD_FAILURE() << sql;
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find(why), std::string::npos) << e.what();
    }
  }

  TemporaryDirectory folder_;
  std::string path_ = folder_.file("ledger.db");
  Ledger ledger_{path_};
};

Segment half_an_hour() {
  Segment segment = hour_of(train_id);
  segment.ended_at = at(1900);
  return segment;
}

TEST_F(AnAccount, TellsWhatOneUserIsCharged) {
  EXPECT_EQ(ledger_.segments(at(0), at(10'000), ada().uid).size(), 1u);
  EXPECT_TRUE(ledger_.segments(at(0), at(10'000), ada().uid + 1).empty());
}

TEST_F(AnAccount, GivesASegmentBackWithAllThatIsKnownOfIt) {
  Segment segment = hour_of(20);
  segment.suspended = {{at(200), at(300)}, {at(400), at(500)}};
  segment.source = SegmentSource::evidence;
  segment.last_seen_at = at(3690);
  enter(segment);
  EXPECT_EQ(in_force().at(1).segment, segment);
}

TEST_F(AnAccount, IsNeverChangedBehindOurBack) {
  expect_refused("update segments set gpus = 0", "never changed");
  expect_refused("delete from segments", "never removed");
}

TEST_F(AnAccount, IsCorrectedByAReversalAndANewEntry) {
  ledger_.correct(hour_of(train_id), half_an_hour(), "late record");
  ASSERT_EQ(rows().size(), 3u);
  EXPECT_EQ(rows()[1].kind, EntryKind::reversal);
  EXPECT_EQ(rows()[1].segment, hour_of(train_id));
  EXPECT_EQ(rows()[2].kind, EntryKind::correction);
  EXPECT_EQ(rows()[2].reason, "late record");
  EXPECT_EQ(rows()[2].user, "ada");
  ASSERT_EQ(in_force().size(), 1u);
  EXPECT_EQ(in_force()[0].segment, half_an_hour());
}

TEST_F(AnAccount, TakesASegmentBackThatNeverWas) {
  ledger_.correct(hour_of(train_id), std::nullopt, "it never ran");
  EXPECT_EQ(rows().size(), 2u);
  EXPECT_TRUE(in_force().empty());
}

TEST_F(AnAccount, CorrectsWhatIsInForceAndNothingElse) {
  ledger_.correct(hour_of(train_id), half_an_hour(), "late record");
  EXPECT_THROW(ledger_.correct(hour_of(train_id), half_an_hour(), "once more"), Error);
  ledger_.correct(half_an_hour(), hour_of(train_id), "it was right");
  EXPECT_EQ(in_force().at(0).segment, hour_of(train_id));
}

TEST_F(AnAccount, IsCorrectedTogetherWithTheRun) {
  TrainingRun run = ledger_.find_run(1).value();
  event::Corrected corrected{at(9000), "late record", hour_of(train_id), half_an_hour()};
  apply_event(run, corrected);
  ledger_.append(run, corrected);
  EXPECT_EQ(ledger_.find_run(1)->gpu_seconds, 1800);
  EXPECT_EQ(in_force().at(0).segment, half_an_hour());
}

TEST_F(AnAccount, ClosesMonthsInOrderOnceTheyAreOver) {
  EXPECT_THROW(ledger_.close_month("2999-01", "UTC", "root"), Error);
  ClosedMonth closed = ledger_.close_month("2026-02", "Europe/Berlin", "root");
  EXPECT_EQ(closed.period, month_bounds("2026-02", "Europe/Berlin"));
  EXPECT_THROW(ledger_.close_month("2026-02", "UTC", "root"), Error);
  EXPECT_THROW(ledger_.close_month("2026-01", "UTC", "root"), Error);
  ledger_.close_month("2026-03", "Europe/Berlin", "root");
  ASSERT_EQ(ledger_.closed_months().size(), 2u);
  EXPECT_EQ(ledger_.closed_months()[1].month, "2026-03");
  expect_refused("delete from closed_months", "stays closed");
}

TEST_F(AnAccount, BooksWhatIsWrittenOfAClosedMonthWhenItIsWritten) {
  Segment early = hour_of(30);
  Period march = month_bounds("2026-03", "UTC");
  early.started_at = march.since;
  early.ended_at = march.since + std::chrono::hours(1);
  ledger_.close_month("2026-03", "UTC", "root");
  enter(early);
  std::vector<ChargedSegment> booked =
      ledger_.segments(now() - std::chrono::hours(1), now() + std::chrono::hours(1));
  ASSERT_EQ(booked.size(), 1u);
  EXPECT_EQ(booked[0].segment, early);
  EXPECT_EQ(booked[0].closed_until, march.until);
}

}  // namespace
}  // namespace trainyard
