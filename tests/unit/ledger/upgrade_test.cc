// Tests that a ledger of an earlier release can be opened, with all its contents.
#include <gtest/gtest.h>

#include <algorithm>

#include "daemon/base/fd.h"
#include "daemon/ledger/ledger.h"
#include "daemon/run/booking.h"
#include "tests/kernels/temporary_directory.h"
#include "tests/unit/ledger/live_runs.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

// Returns the names and types of all columns, the triggers, and the indexes with their definitions.
std::vector<std::string> shape_of(const std::string& path) {
  std::vector<std::string> shape;
  Database database(path);
  Statement rows = database.prepare(
      "select m.type || ' ' || m.name || ' ' || coalesce(c.name, '') || ' ' || coalesce(c.type, '') || "
      "iif(m.type = 'index', coalesce(m.sql, ''), '') from sqlite_master m "
      "left join pragma_table_info(m.name) c order by 1");
  while (rows.step()) shape.push_back(rows.text(0));
  return shape;
}

class ALedgerOfSchema1 : public ::testing::Test {
 protected:
  ALedgerOfSchema1() {
    Database old(path_);
    old.execute(read_file(TRAINYARD_TEST_SCHEMAS "/schema_1.sql", 1 << 20));
    old.execute(
        "pragma user_version = 1;"
        "insert into settings values ('ledger_id', 'cafe');"
        "insert into submissions values (1, 1001, 'c1', 'digits.toml', '', 1795420000);"
        "insert into runs values (7, 1, 1001, 'ada', 'digits', 'free', 'completed', 1, 0, 1795420000, "
        "1795423800);"
        "insert into segments values ('yard', 10, 1795420010, 0, 'train', 7, 'digits', 1001, 'ada', "
        "'physics', 'free', "
        "'k40', 1, 1795420100, 1795423700);");
  }
  TemporaryDirectory folder_;
  std::string path_ = folder_.file("ledger.db");
};

TEST_F(ALedgerOfSchema1, KeepsItsSegments) {
  Ledger ledger(path_);
  EXPECT_EQ(ledger.id(), "cafe");
  std::vector<ChargedSegment> segments = ledger.segments(at(0), at(10'000));
  ASSERT_EQ(segments.size(), 1u);
  Segment expected = hour_of(10);
  expected.account = "physics";
  EXPECT_EQ(segments[0].segment, expected);
  EXPECT_EQ(segments[0].kind, EntryKind::entry);
  EXPECT_EQ(segments[0].role, JobRole::train);
  EXPECT_EQ(segments[0].run_id, 7);
  EXPECT_EQ(segments[0].account, "physics");
}

TEST_F(ALedgerOfSchema1, BecomesWhatANewOneIs) {
  std::string fresh = folder_.file("fresh.db");
  { Ledger upgraded(path_), created(fresh); }
  EXPECT_EQ(shape_of(path_), shape_of(fresh));
}

// A ledger as the release of schema 3 wrote it, with events that contain their segments. It has a completed
// run, a retried run with evidence and a correction, a run whose end was not charged yet, a run whose store
// job was tried twice, a run that was suspended, a queued run, and a data set.
class ALedgerOfSchema3 : public ::testing::Test {
 protected:
  ALedgerOfSchema3() {
    Database old(path_);
    old.execute(read_file(TRAINYARD_TEST_SCHEMAS "/ledger_of_schema_3.sql", 1 << 20));
    old.execute("pragma user_version = 3");
  }
  TemporaryDirectory folder_;
  std::string path_ = folder_.file("ledger.db");
};

TEST_F(ALedgerOfSchema3, HasTheSameGpuSecondsOfEveryRunAndInAll) {
  Ledger ledger(path_);
  const std::vector<std::int64_t> expected{3600, 16'200, 0, 3600, 3600, 0};  // as that release showed them
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(ledger.find_run(static_cast<std::int64_t>(i + 1))->gpu_seconds, expected[i]) << "run " << i + 1;
  std::int64_t in_all = 0;
  for (const ChargedSegment& charged : ledger.segments_in_force(at(0)))
    in_all += gpu_seconds(charged.segment);
  EXPECT_EQ(in_all, 3600 + 16'200 + 3600 + 3600);
}

TEST_F(ALedgerOfSchema3, KeepsSignsOfLifeAccountsAndSuspensions) {
  Ledger ledger(path_);
  std::vector<ChargedSegment> segments = ledger.segments_in_force(at(0));
  auto of_job = [&](std::uint32_t job_id) {
    return *std::ranges::find(segments, job_id, [](const ChargedSegment& s) { return s.segment.job.job_id; });
  };
  EXPECT_EQ(of_job(10).segment.last_seen_at, at(3698));
  EXPECT_EQ(of_job(10).account, "physics");
  EXPECT_EQ(of_job(22).segment.source, SegmentSource::evidence);
  EXPECT_EQ(of_job(50).segment.suspended, (std::vector<Period>{{at(1000), at(1600)}}));
}

TEST_F(ALedgerOfSchema3, LetsItsLiveRunsGoOn) {
  Ledger ledger(path_);
  std::vector<TrainingRun> live = all_live_runs(ledger);
  ASSERT_EQ(live.size(), 4u);
  EXPECT_EQ(live[0].id, 3);
  std::vector<RunEvent> uses = uncharged_uses(live[0], at(10'000));
  ASSERT_EQ(uses.size(), 1u);
  apply_event(live[0], uses[0]);
  ledger.append(live[0], uses[0]);
  EXPECT_EQ(ledger.find_run(3)->gpu_seconds, 4 * 3600);
  for (std::size_t i = 1; i < live.size(); ++i) EXPECT_TRUE(uncharged_uses(live[i], at(10'000)).empty());
}

TEST_F(ALedgerOfSchema3, BecomesWhatANewOneIs) {
  std::string fresh = folder_.file("fresh.db");
  { Ledger upgraded(path_), created(fresh); }
  EXPECT_EQ(shape_of(path_), shape_of(fresh));
}

// A ledger as the release of schema 4 wrote it. It has a completed run, a run with a correction, a live run
// whose segment came after its month was closed, two more live runs, and a data set.
class ALedgerOfSchema4 : public ::testing::Test {
 protected:
  ALedgerOfSchema4() {
    Database old(path_);
    old.execute(read_file(TRAINYARD_TEST_SCHEMAS "/ledger_of_schema_4.sql", 1 << 20));
    old.execute("pragma user_version = 4");
  }
  TemporaryDirectory folder_;
  std::string path_ = folder_.file("ledger.db");
};

TEST_F(ALedgerOfSchema4, HasARollupOfItsSegmentsOnceItsZoneIsKnown) {
  Ledger ledger(path_);
  EXPECT_FALSE(ledger.rollup().zone());
  ledger.make_rollup("Europe/Berlin");
  Usage usage = ledger.rollup().usage({"2026-01", "2027-01"}, false, false);
  const MonthSpan november{"2026-11", "2026-11"};
  EXPECT_EQ(usage, (Usage{{{november, 1001, "ada", "", ""}, {0, 1, 0}},
                          {{november, 1001, "ada", "physics", "free"}, {2, 3, 4200, 0, 600}},
                          {{november, 1002, "bob", "", "lab"}, {1, 1, 3600, 1200}}}));
  EXPECT_EQ(ledger.segments(from_unix(0), now()).size(), 7u);
}

TEST_F(ALedgerOfSchema4, LetsItsLiveRunsGoOn) {
  Ledger ledger(path_);
  std::vector<TrainingRun> live = all_live_runs(ledger);
  ASSERT_EQ(live.size(), 3u);
  event::Failed failed{at(9000), "no such bucket", {}};
  apply_event(live[1], failed);
  ledger.append(live[1], failed);
  EXPECT_EQ(all_live_runs(ledger).size(), 2u);
}

TEST_F(ALedgerOfSchema4, BecomesWhatANewOneIs) {
  std::string fresh = folder_.file("fresh.db");
  { Ledger upgraded(path_), created(fresh); }
  EXPECT_EQ(shape_of(path_), shape_of(fresh));
}

// A ledger as the release of schema 5 wrote it. It has a run that is over, a run in Slurm, a queued run, and
// two data sets.
class ALedgerOfSchema5 : public ::testing::Test {
 protected:
  ALedgerOfSchema5() {
    Database old(path_);
    old.execute(read_file(TRAINYARD_TEST_SCHEMAS "/ledger_of_schema_5.sql", 1 << 20));
    old.execute("pragma user_version = 5");
  }
  TemporaryDirectory folder_;
  std::string path_ = folder_.file("ledger.db");
};

TEST_F(ALedgerOfSchema5, CountsTheLastEventOfADataSetAsItsLastUse) {
  Ledger ledger(path_);
  const UtcSeconds ready = from_unix(1'796'052'918);
  EXPECT_EQ(ledger.last_uses(), (std::map<std::string, UtcSeconds>{{"data0", ready}, {"data1", ready}}));
  EXPECT_TRUE(ledger.data_uses(from_unix(0), now()).empty());
}

TEST_F(ALedgerOfSchema5, LetsItsLiveRunsAndDataSetsGoOn) {
  Ledger ledger(path_);
  EXPECT_EQ(all_live_runs(ledger).size(), 2u);
  ASSERT_EQ(ledger.data_sets().size(), 2u);
  EXPECT_EQ(ledger.data_sets()[0].state, DataSetState::ready);
  EXPECT_EQ(ledger.data_sets()[0].samples, 60'000);
}

TEST_F(ALedgerOfSchema5, BecomesWhatANewOneIs) {
  std::string fresh = folder_.file("fresh.db");
  { Ledger upgraded(path_), created(fresh); }
  EXPECT_EQ(shape_of(path_), shape_of(fresh));
}

}  // namespace
}  // namespace trainyard
