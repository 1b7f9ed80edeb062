// A ledger of an earlier release opens, with all that is in it.
#include <gtest/gtest.h>

#include "daemon/base/fd.h"
#include "daemon/ledger/ledger.h"
#include "tests/kernels/temporary_directory.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

// Names and types of all columns, and the indexes and triggers.
std::vector<std::string> shape_of(const std::string& path) {
  std::vector<std::string> shape;
  Database database(path);
  Statement rows = database.prepare(
      "select m.type || ' ' || m.name || ' ' || coalesce(c.name, '') || ' ' || coalesce(c.type, '') from "
      "sqlite_master m "
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

}  // namespace
}  // namespace trainyard
