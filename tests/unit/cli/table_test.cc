#include "daemon/cli/table.h"

#include <gtest/gtest.h>

namespace trainyard {
namespace {

TextTable runs() {
  TextTable table({{"RUN", Align::right}, {"NAME"}, {"REMARK"}});
  table.add({"7", "digits", "no such bucket"});
  table.add({"1042", "größer", ""});
  return table;
}

TEST(Table, AlignsColumnsByCodePointsAndLeavesNoBlanksAtTheEnd) {
  EXPECT_EQ(runs().text(),
            " RUN  NAME    REMARK\n"
            "   7  digits  no such bucket\n"
            "1042  größer\n");
}

TEST(Table, IsCutAtTheWidthOfTheTerminal) {
  EXPECT_EQ(runs().text(20),
            " RUN  NAME    REMARK\n"
            "   7  digits  no ...\n"
            "1042  größer\n");
}

TEST(Table, LetsNoEscapeSequenceOfOthersThrough) {
  TextTable table({{"NAME"}});
  table.add({"\033[2Jgone"});
  table.add({"\u009b2J\u202egone"});
  EXPECT_EQ(table.text(), "NAME\n?[2Jgone\n?2J?gone\n");
  EXPECT_EQ(field_line("name", "a\nb\033c"), "  name        a?b?c\n");
}

TEST(Cut, CountsLettersAndNotBytes) {
  EXPECT_EQ(cut("größer", 6), "größer");
  EXPECT_EQ(cut("größer", 4), "g...");
}

}  // namespace
}  // namespace trainyard
