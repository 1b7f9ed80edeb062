// Tests that the reader returns Manifests or problems for any bytes, and never crashes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/manifest/messages.h"

namespace trainyard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Guards, RefuseLongTexts) {
  EXPECT_THAT(
      messages_of(repeated("# 0123456789\n", 300 * 1024 / 13)),
      ElementsAre(
          "m.toml: the text is 307190 bytes long; at most 262144 are read; data and code belong in files of "
          "their own"));
}

TEST(Guards, RefuseDeepNesting) {
  EXPECT_THAT(messages_of("a = " + repeated("[", 100'000)),
              ElementsAre("m.toml:1:37: [: nested deeper than 32 levels"));
  EXPECT_THAT(messages_of("a = " + repeated("{a=", 50'000)),
              ElementsAre(HasSubstr("{: nested deeper than 32 levels")));
  EXPECT_THAT(messages_of(repeated("[", 100'000)), ElementsAre(HasSubstr("nested deeper than 32 levels")));
}

TEST(Guards, RefuseNestingByTablesWithinTables) {
  std::string header = "[a" + repeated(".a", 30) + "]\n";
  EXPECT_THAT(messages_of(header + "b" + repeated(".b", 30) + " = 1\n"),
              ElementsAre(HasSubstr("nested deeper than 32 levels")));
}

TEST(Guards, RefuseLongDottedKeys) {
  EXPECT_THAT(messages_of("a" + repeated(".a", 100'000) + " = 1"),
              ElementsAre("m.toml:1:64: a dotted key of more than 32 parts"));
  EXPECT_THAT(messages_of("[a" + repeated(" . 'a'", 40'000) + "]"),
              ElementsAre(HasSubstr("a dotted key of more than 32 parts")));
}

TEST(Guards, AreNotFooledByStringsAndComments) {
  const std::string deep = repeated("[", 100'000);
  EXPECT_THAT(messages_of("a = [\"\"\"x\"\"\"\", " + deep), Not(IsEmpty()));
  EXPECT_THAT(messages_of("a = ['''x''''', " + deep), ElementsAre(HasSubstr("nested deeper than 32 levels")));
  EXPECT_THAT(messages_of("a = [\"\\\\\", " + deep), ElementsAre(HasSubstr("nested deeper than 32 levels")));
  EXPECT_THAT(messages_of("a = ['\\', " + deep), ElementsAre(HasSubstr("nested deeper than 32 levels")));
  EXPECT_THAT(messages_of("a = [ # '''\n" + deep), ElementsAre(HasSubstr("nested deeper than 32 levels")));
}

TEST(Guards, LetStringsAndCommentsHoldWhatTheyLike) {
  EXPECT_THAT(
      messages_of(own_program + "setup = '" + repeated("[{.", 100) + "' # " + repeated("[{.", 100) + "\n"),
      IsEmpty());
}

TEST(Guards, RefuseNulAndOtherThanUtf8) {
  EXPECT_THAT(messages_of(std::string("a = 1\nb\0", 8)),
              ElementsAre("m.toml:2:2: a NUL byte: this is not a text file"));
  EXPECT_THAT(messages_of("a = 1 # caf\xE9\n"),
              ElementsAre("m.toml:1:12: not UTF-8; save the file in UTF-8"));
  EXPECT_THAT(messages_of("# \xED\xA0\x80"), ElementsAre(HasSubstr("not UTF-8")));
  EXPECT_THAT(messages_of("# \xF0\x9F\x98"), ElementsAre(HasSubstr("not UTF-8")));
}

TEST(Guards, TakeAByteOrderMarkAndTheLineEndsOfOtherSystems) {
  EXPECT_THAT(messages_of("\xEF\xBB\xBF" + own_program), IsEmpty());
  std::string text;
  for (char c : own_program) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_THAT(messages_of(text), IsEmpty());
}

TEST(TheReader, SurvivesRandomBytes) {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(random());
    messages_of(text);
  }
}

TEST(TheReader, SurvivesRandomTokens) {
  const std::vector<std::string> tokens = {
      "[",      "]",    "{",     "}",   "=",   ",",          ".",     "\n",    "\"",     "'",
      "\"\"\"", "'''",  "#",     "\\",  "a",   "name",       "train", "sweep", "layers", "dense",
      "1",      "-0x1", "1e400", "inf", "nan", "2020-01-01", "true",  "[[",    "]]",     " "};
  std::mt19937 random(2);
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (unsigned n = random() % 40; n > 0; --n) text += tokens[random() % tokens.size()];
    messages_of(text);
  }
}

TEST(TheReader, SurvivesAManifestWithAnyByteChangedOrAnyTailMissing) {
  const std::string text = sketch + "[sweep]\nlearning_rate = [0.1, 0.01]\n";
  std::mt19937 random(3);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(random());
    messages_of(changed);
    messages_of(text.substr(0, i));
  }
}

}  // namespace
}  // namespace trainyard
