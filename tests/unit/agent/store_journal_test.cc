// The journal of a store job that can be killed.
#include "daemon/agent/store_journal.h"

#include <gtest/gtest.h>

#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

class AStoreJournal : public testing::Test {
 protected:
  AStoreJournal() { open().note("results/a b", stored_); }

  StoreJournal open(const std::string& target = "s3://b/") const { return {path_, target}; }

  TemporaryDirectory folder_;
  const std::string path_ = folder_.file("storing");
  const StoredFile stored_{{5, 1'795'426'200'123'456'789}, std::string(64, 'a'), "5eb6-2"};
};

TEST_F(AStoreJournal, KnowsLaterWhatWasNoted) {
  EXPECT_EQ(open().find("results/a b"), stored_);
  EXPECT_EQ(open().find("results/a"), std::nullopt);
}

TEST_F(AStoreJournal, KnowsWhatWasNotedLast) {
  StoredFile later = stored_;
  later.etag = "other";
  open().note("results/a b", later);
  EXPECT_EQ(open().find("results/a b"), later);
}

TEST_F(AStoreJournal, OfAnotherTargetCountsAsEmpty) {
  EXPECT_EQ(open("s3://c/").find("results/a b"), std::nullopt);
  EXPECT_EQ(open().find("results/a b"), std::nullopt);
}

TEST_F(AStoreJournal, IgnoresALineThatIsCutOffAndGoesOnBehindIt) {
  open().note("results/c", stored_);
  std::string text = read_file(path_);
  text.resize(text.size() - 3);
  write_atomically(path_, text);
  EXPECT_EQ(open().find("results/c"), std::nullopt);
  open().note("results/d", stored_);
  EXPECT_EQ(open().find("results/a b"), stored_);
  EXPECT_EQ(open().find("results/d"), stored_);
}

TEST_F(AStoreJournal, IgnoresLinesThatItHasNotWritten) {
  const std::string digest(64, 'a');
  for (const std::string& line : std::vector<std::string>{"", "x", "1 2 3", "-1 2 " + digest + " e x",
                                                          "1 2 abc e x", "1 2 " + digest + " e "}) {
    write_atomically(path_, "s3://b/\n" + line + "\n");
    EXPECT_EQ(open().find("x"), std::nullopt) << line;
  }
}

TEST_F(AStoreJournal, DoesNotNoteANameThatIsNotOneLine) {
  open().note("a\n1 2 " + std::string(64, 'a') + " e b", stored_);
  EXPECT_EQ(open().find("b"), std::nullopt);
}

}  // namespace
}  // namespace trainyard
