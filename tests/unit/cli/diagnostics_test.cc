#include "daemon/cli/diagnostics.h"

#include <gtest/gtest.h>

namespace trainyard {
namespace {

const std::map<std::string, std::string> sources{
    {"digits.toml", "name = \"digits\"\n[resources]\n\tgpus_per_nodes = 1\r\nname = \"größe\"  x\n"}};

TEST(Diagnostics, QuoteTheLineAndUnderlineTheText) {
  Problem problem{"digits.toml", 3, 2, "gpus_per_nodes", "unknown key", "did you mean gpus_per_node?"};
  EXPECT_EQ(render(problem, {{"digits.toml", "a\nb\n gpus_per_nodes = 1\n"}}, false),
            "digits.toml:3:2: error: gpus_per_nodes: unknown key\n"
            "    3 |  gpus_per_nodes = 1\n"
            "      |  ^~~~~~~~~~~~~~\n"
            "      = did you mean gpus_per_node?\n");
}

TEST(Diagnostics, PutTheCaretBelowTheLetterAndNotTheByte) {
  Problem problem{"digits.toml", 4, 19, "x", "not expected", ""};
  EXPECT_EQ(render(problem, sources, false),
            "digits.toml:4:19: error: x: not expected\n"
            "    4 | name = \"größe\"  x\n"
            "      |                 ^\n");
}

TEST(Diagnostics, GoWithoutALineWhereNoneCanBeBlamed) {
  Problem problem{"digits.toml", 0, 0, "[results]", "target is missing", ""};
  EXPECT_EQ(render(problem, sources, false), "digits.toml: error: [results]: target is missing\n");
  problem = {"elsewhere.toml", 9, 1, "", "unreadable", ""};
  EXPECT_EQ(render(problem, sources, false), "elsewhere.toml:9:1: error: unreadable\n");
}

TEST(Diagnostics, SayThatNothingWasSubmitted) {
  Error error({Problem{"a.toml", 1, 1, "x", "one", ""}, Problem{"b.toml", 1, 1, "y", "two", ""}});
  std::string text = render(error, {}, false);
  EXPECT_TRUE(text.ends_with("2 problems; nothing was submitted\n")) << text;
}

TEST(Diagnostics, LetNoEscapeSequenceOfOthersThrough) {
  Error error(ErrorKind::not_found, "no run \033[2J\u009b7 of yours");
  EXPECT_EQ(render(error, {}, false), "error: no run ?[2J?7 of yours\n");
  Problem problem{"a\033.toml", 1, 1, "\u009bx", "has \033]0;t\a", "say \u202e"};
  EXPECT_EQ(render(problem, {{"a\033.toml", "\033x\n"}}, false),
            "a?.toml:1:1: error: ?x: has ?]0;t?\n"
            "    1 | ?x\n"
            "      | ^\n"
            "      = say ?\n");
}

TEST(Diagnostics, AreColouredOnATerminalOnly) {
  Error error(ErrorKind::not_found, "no run 7 of yours");
  EXPECT_EQ(render(error, {}, false), "error: no run 7 of yours\n");
  EXPECT_EQ(render(error, {}, true), "\033[1;31merror: \033[0mno run 7 of yours\n");
}

}  // namespace
}  // namespace trainyard
