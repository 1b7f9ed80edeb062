#include "daemon/api/log_file.h"

#include <gtest/gtest.h>

namespace trainyard {
namespace {

FilePiece piece_of(const std::string& bytes) {
  return {bytes, static_cast<std::int64_t>(bytes.size()), static_cast<std::int64_t>(bytes.size())};
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
