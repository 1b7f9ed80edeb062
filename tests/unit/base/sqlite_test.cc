// Tests that a snapshot does not see later writes, and that checkpoints happen only when requested.
#include "daemon/base/sqlite.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

class ADatabase : public ::testing::Test {
 protected:
  ADatabase() { writer_.execute("create table numbers (number integer); insert into numbers values (1)"); }

  static std::int64_t sum(Database& database) {
    Statement read = database.prepare("select sum(number) from numbers");
    read.step();
    return read.integer(0);
  }

  TemporaryDirectory folder_;
  Database writer_{folder_.file("numbers.db")};
  Database reader_{folder_.file("numbers.db"), Database::Access::read};
};

TEST_F(ADatabase, ShowsASnapshotWhatWasThereWhenItBegan) {
  reader_.snapshot([this] {
    EXPECT_EQ(sum(reader_), 1);
    writer_.execute("insert into numbers values (2)");
    EXPECT_EQ(sum(reader_), 1);
  });
  EXPECT_EQ(sum(reader_), 3);
}

TEST_F(ADatabase, CanBeReadOnAfterASnapshotThatFailed) {
  EXPECT_THROW(reader_.snapshot([] { throw std::runtime_error("no"); }), std::runtime_error);
  reader_.snapshot([this] { EXPECT_EQ(sum(reader_), 1); });
}

TEST_F(ADatabase, TellsWhatItsLogHasAndMovesItWhenAsked) {
  std::vector<int> pages;
  writer_.after_commits([&](int wal_pages) { pages.push_back(wal_pages); });
  for (int n = 0; n < 3; ++n) writer_.execute("insert into numbers values (randomblob(8000000))");
  EXPECT_EQ(pages.size(), 3u);
  EXPECT_GT(pages.back(), 5000) << "SQLite has made a checkpoint by itself";
  const auto size = [this] { return std::filesystem::file_size(folder_.file("numbers.db")); };
  EXPECT_LT(size(), 1'000'000u);
  Database(folder_.file("numbers.db")).checkpoint();
  EXPECT_GT(size(), 20'000'000u);
  writer_.execute("insert into numbers values (2)");
  EXPECT_LT(pages.back(), 10) << "the log has not begun anew";
}

}  // namespace
}  // namespace trainyard
