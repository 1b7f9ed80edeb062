// Tests of reading a command line: its options and arguments, and the messages for wrong ones.
#include "daemon/base/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/command_help.h"
#include "daemon/base/error.h"

namespace trainyard {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Words = std::vector<std::string>;

const Syntax copy{"copy",
                  {{"FROM", "what to copy"}, {"TO", "where to", false, true}},
                  {{"--force,-f", "", "replace what is there", {}},
                   {"--mode,-m", "MODE", "how", {"fast", "safe"}},
                   {"--size", "N", "at most so many bytes", {}},
                   {"--since", "TIME", "only newer ones", {}}}};

std::string refusal_of(const Words& words) {
  try {
    check_complete(copy, parse_words(copy, words));
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid);
    return e.what();
  }
  return "";
}

TEST(Words, AreOptionsAndArgumentsInAnyOrder) {
  for (const Words& words :
       {Words{"a", "b", "c", "-f", "-m", "fast"}, Words{"--mode=fast", "a", "--force", "b", "c"},
        Words{"-fmfast", "a", "b", "c"}, Words{"--mo", "fast", "a", "b", "--forc", "c"}}) {
    const Arguments given = parse_words(copy, words);
    EXPECT_EQ(given.text("FROM"), "a");
    EXPECT_THAT(given.all("TO"), ElementsAre("b", "c"));
    EXPECT_EQ(given.text("--mode"), "fast");
    EXPECT_TRUE(given.has("--force"));
  }
}

TEST(Words, BehindTwoDashesAreArguments) {
  const Arguments given = parse_words(copy, {"--", "sh", "-c", "--force"});
  EXPECT_EQ(given.text("FROM"), "sh");
  EXPECT_THAT(given.all("TO"), ElementsAre("-c", "--force"));
  EXPECT_FALSE(given.has("--force"));
}

TEST(Words, OfOneDashOrNoLetterAreArguments) {
  EXPECT_THAT(parse_words(copy, {"-", ""}).all("TO"), ElementsAre(""));
}

TEST(Words, ThatAreNotGivenAreNotThere) {
  const Arguments given = parse_words(copy, {});
  EXPECT_THAT(given.all("TO"), IsEmpty());
  EXPECT_EQ(given.text("--mode", "safe"), "safe");
  EXPECT_EQ(given.integer("--size", 7, 0, 10), 7);
}

TEST(AMistake, IsNamedWithWhatMayBeMeant) {
  EXPECT_EQ(refusal_of({"a", "--fource"}),
            "copy has no option --fource; did you mean --force?\nsee copy --help");
  EXPECT_EQ(refusal_of({"a", "--fource=x"}),
            "copy has no option --fource; did you mean --force?\nsee copy --help");
  EXPECT_EQ(refusal_of({"a", "-x"}), "copy has no option -x\nsee copy --help");
  EXPECT_EQ(refusal_of({"a", "-fx"}), "copy has no option -x\nsee copy --help");
  EXPECT_EQ(refusal_of({"a", "--si"}), "copy: --si may mean --size or --since\nsee copy --help");
  EXPECT_EQ(refusal_of({"a", "--mode", "fats"}),
            "--mode fats: must be one of fast, safe; did you mean fast?");
  EXPECT_EQ(refusal_of({}), "copy: FROM is missing: what to copy\nsee copy --help");
}

TEST(AMistake, IsAValueThatIsMissingOrTooMuch) {
  EXPECT_EQ(refusal_of({"a", "--mode"}), "copy: --mode needs a value: MODE\nsee copy --help");
  EXPECT_EQ(refusal_of({"a", "-m"}), "copy: --mode needs a value: MODE\nsee copy --help");
  EXPECT_EQ(refusal_of({"a", "--force=x"}), "copy: --force takes no value\nsee copy --help");
}

TEST(AMistake, IsAnArgumentThatNothingTakes) {
  const Syntax none{"look", {}, {}};
  try {
    parse_words(none, {"there"});
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "look: unexpected argument there\nsee look --help");
  }
}

TEST(Help, ShowsHowACommandIsWrittenAndItsOptions) {
  EXPECT_EQ(usage_line(copy), "usage: copy FROM [TO...] [OPTIONS]\n");
  EXPECT_EQ(options_text(copy.options),
            "  -f, --force             replace what is there\n"
            "  -m, --mode MODE         how: fast, safe\n"
            "      --size N            at most so many bytes\n"
            "      --since TIME        only newer ones\n");
}

}  // namespace
}  // namespace trainyard
