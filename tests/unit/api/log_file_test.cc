#include "daemon/api/log_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "tests/unit/api/loop_thread.h"

namespace trainyard {
namespace {

using testing::TemporaryFolder;

constexpr uid_t nobody = 65534;

FilePiece piece_of(const std::string& bytes) {
  return {bytes, static_cast<std::int64_t>(bytes.size()), static_cast<std::int64_t>(bytes.size())};
}

ErrorKind kind_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& e) {
    return e.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorKind::internal;
}

class LogFile : public ::testing::Test {
 protected:
  FilePiece read(std::int64_t from, std::int64_t max_bytes) {
    return read_piece_as(::geteuid(), path_, from, max_bytes);
  }
  TemporaryFolder folder_;
  std::string path_ = folder_ / "log";
};

TEST_F(LogFile, IsReadPieceByPiece) {
  write_atomically(path_, "0123456789");
  FilePiece first = read(0, 4), last = read(first.next, 100), behind = read(last.next, 100);
  EXPECT_EQ(first.bytes, "0123");
  EXPECT_EQ(last.bytes, "456789");
  EXPECT_EQ(last.next, 10);
  EXPECT_EQ(last.size_bytes, 10);
  EXPECT_EQ(behind.bytes, "");
  EXPECT_EQ(behind.next, 10);
}

TEST_F(LogFile, IsEmptyWhereItIsNotThereYet) {
  FilePiece piece = read(7, 100);
  EXPECT_EQ(piece.bytes, "");
  EXPECT_EQ(piece.next, 7);
  EXPECT_EQ(piece.size_bytes, 0);
}

TEST_F(LogFile, IsReadWithItsOwnersRightsOnly) {
  write_atomically(path_, "root's", 0600);
  ASSERT_EQ(::chmod(folder_.string().c_str(), 0755), 0);
  ASSERT_EQ(::symlink(path_.c_str(), (folder_ / "link").c_str()), 0);
  EXPECT_EQ(kind_of([&] { read_piece_as(nobody, path_, 0, 100); }), ErrorKind::denied);
  EXPECT_EQ(kind_of([&] { read_piece_as(nobody, folder_ / "link", 0, 100); }), ErrorKind::denied);
  EXPECT_EQ(read(0, 100).bytes, "root's");
}

TEST_F(LogFile, IsNoPipeThatKeepsItsReader) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(kind_of([&] { read(0, 100); }), ErrorKind::invalid);
}

TEST_F(LogFile, IsNoFolder) {
  ASSERT_EQ(::mkdir(path_.c_str(), 0700), 0);
  EXPECT_EQ(kind_of([&] { read(0, 100); }), ErrorKind::invalid);
}

TEST(FilePiece, LeavesABegunCharacterToTheNext) {
  for (const auto& [text, kept] : std::vector<std::pair<std::string, std::size_t>>{{"abc", 3},
                                                                                   {"a\xc3", 1},
                                                                                   {"a\xc3\xa4", 3},
                                                                                   {"\xe2\x82", 0},
                                                                                   {"x\xf0\x9f\x98", 1},
                                                                                   {"\x82\x82\x82\x82", 4},
                                                                                   {"", 0}}) {
    FilePiece piece = piece_of(text);
    drop_begun_character(piece);
    EXPECT_EQ(piece.bytes, text.substr(0, kept));
    EXPECT_EQ(piece.next, static_cast<std::int64_t>(kept));
  }
}

TEST(JsonLines, AreTheCompleteOnes) {
  FilePiece piece = piece_of("{\"epoch\":1}\n{\"epoch\":2}\n{\"epo");
  EXPECT_EQ(take_json_lines(piece), (std::vector<Json>{{{"epoch", 1}}, {{"epoch", 2}}}));
  EXPECT_EQ(piece.next, 24);
}

TEST(JsonLines, WaitForTheirEnd) {
  FilePiece piece = piece_of("{\"epo");
  EXPECT_TRUE(take_json_lines(piece).empty());
  EXPECT_EQ(piece.next, 0);
}

TEST(JsonLines, LeaveOutWhatNoTrainerWrote) {
  FilePiece piece = piece_of("nonsense\n\n[1]\n7\n{\"a\":1}\n{\"a\":\n");
  EXPECT_EQ(take_json_lines(piece), (std::vector<Json>{{{"a", 1}}}));
}

TEST(JsonLines, LoseWhatIsNestedHoweverDeeply) {
  std::string brackets = std::string(100'000, '[') + std::string(100'000, ']');
  FilePiece piece = piece_of("{\"a\":1,\"b\":" + brackets + ",\"c\":{\"d\":{}},\"e\":2}\n" + brackets + "\n");
  EXPECT_EQ(take_json_lines(piece), (std::vector<Json>{{{"a", 1}, {"e", 2}}}));
}

TEST(JsonLines, SkipALineThatFillsThePiece) {
  FilePiece piece{std::string(100, 'x'), 100, 5000};
  EXPECT_TRUE(take_json_lines(piece).empty());
  EXPECT_EQ(piece.next, 100);
}

}  // namespace
}  // namespace trainyard
