// Tests that text from untrusted senders cannot control a terminal or begin a new line in a log.
#include "daemon/base/printable.h"

#include <gtest/gtest.h>

#include <string>

namespace trainyard {
namespace {

TEST(PrintableText, KeepsWhatPeopleWrite) {
  const std::string text = "Grüße, 你好, 🚂\tµs";
  EXPECT_EQ(printable(text), text);
}

TEST(PrintableText, HasNoControlCharacters) {
  EXPECT_EQ(printable("a\033[2Jb\a\r\nc\x7f"), "a?[2Jb???c?");
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a?b");
  EXPECT_EQ(printable("\xC2\x9B"
                      "2J\xC2\x80\xC2\x9F"),
            "?2J??");                            // C1 control characters, such as CSI: U+0080 to U+009F
  EXPECT_EQ(printable("\xC2\xA0"), "\xC2\xA0");  // U+00A0, the first character after them
}

TEST(PrintableText, DoesNotChangeItsDirection) {
  EXPECT_EQ(printable("a\u202Eb\u2066c\u200Fd\u061Ce"), "a?b?c?d?e");
  EXPECT_EQ(printable("a\u2028b\u2029c"), "a?b?c");
}

TEST(PrintableText, IsUtf8) {
  EXPECT_EQ(printable("caf\xE9"), "caf?");
  EXPECT_EQ(printable("\x9B"
                      "2J"),
            "?2J");
  EXPECT_EQ(printable("\xC0\x9B \xE0\x80\x9B"), "?? ???");  // overlong encodings
  EXPECT_EQ(printable("\xED\xA0\x80"), "???");              // a surrogate
  EXPECT_EQ(printable("\xF4\x90\x80\x80 \xE2\x82"), "???? ??");
}

TEST(EscapedText, IsOneLineAndSaysWhatWasThere) {
  EXPECT_EQ(escaped("reason\n<0>panic\r\t\033[2J"), "reason\\n<0>panic\\r\\t\\x1b[2J");
  EXPECT_EQ(escaped("a\u009Bb\u202Ec\xFF"), "a\\u009bb\\u202ec\\xff");
  EXPECT_EQ(escaped("plan free: 2 of 4 GPUs – größer"), "plan free: 2 of 4 GPUs – größer");
}

TEST(PrintableLines, KeepLinesAndLoseColours) {
  EXPECT_EQ(printable_lines("\033[1;31mepoch\033[0m 1\n\t 10 %\r 20 %\n"), "epoch 1\n\t 10 %\r 20 %\n");
  EXPECT_EQ(printable_lines("\033]0;title\a\033[2J\033[31"), "?]0;title??[2J?[31");
  EXPECT_EQ(printable_lines("\033[\033[0m6n"), "?[6n");
}

}  // namespace
}  // namespace trainyard
