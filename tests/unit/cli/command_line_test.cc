#include "daemon/cli/command_line.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/help.h"
#include "daemon/cli/run_ids.h"

namespace trainyard {
namespace {

using Words = std::vector<std::string>;

std::string mistake_in(const Words& words) {
  try {
    parse_command_line(words);
    return "";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid);
    return e.what();
  }
}

TEST(CommandLine, TakesOptionsBeforeAndAfterArguments) {
  for (const Words& words :
       {Words{"submit", "a.toml", "--wait", "b.toml"}, Words{"submit", "-w", "a.toml", "b.toml"}}) {
    CommandLine line = parse_command_line(words);
    EXPECT_EQ(line.command->name, "submit");
    EXPECT_EQ(line.arguments.all("FILE"), (Words{"a.toml", "b.toml"}));
    EXPECT_TRUE(line.arguments.has("--wait"));
  }
}

TEST(CommandLine, TakesTheSocketAnywhere) {
  for (const Words& words :
       {Words{"--socket", "/s", "list"}, Words{"list", "--socket", "/s"}, Words{"--socket=/s", "list"}}) {
    CommandLine line = parse_command_line(words);
    EXPECT_EQ(line.command->name, "list");
    EXPECT_EQ(line.socket, "/s");
  }
}

TEST(CommandLine, TakesCommandsOfThreeWords) {
  EXPECT_EQ(parse_command_line({"admin", "plan", "diff", "--json"}).command->name, "admin plan diff");
  CommandLine group = parse_command_line({"admin", "plan", "--help"});
  EXPECT_EQ(group.command, nullptr);
  EXPECT_EQ(group.group, "admin plan");
  EXPECT_THROW(parse_command_line({"admin", "plan", "dif"}), Error);
}

TEST(CommandLine, TakesTheHostAnywhere) {
  EXPECT_EQ(parse_command_line({"--host", "head", "list"}).host, "head");
  EXPECT_EQ(parse_command_line({"list", "--host=head:7000"}).host, "head:7000");
}

TEST(CommandLine, GivesAnOptionOneValueAndTheNextWordToTheCommand) {
  for (const Words& words : {Words{"--socket", "/s", "logs", "1", "--which", "stage"},
                             Words{"logs", "--which", "stage", "--socket", "/s", "1"},
                             Words{"logs", "--which=stage", "--socket=/s", "1"}}) {
    CommandLine line = parse_command_line(words);
    EXPECT_EQ(line.arguments.text("RUN"), "1");
    EXPECT_EQ(line.arguments.all("--which"), Words{"stage"});
    EXPECT_EQ(line.socket, "/s");
  }
}

TEST(CommandLine, ReadsListsWithCommasAndRepetitions) {
  CommandLine line = parse_command_line({"report", "usage", "--by", "user,plan", "--by=month"});
  EXPECT_EQ(line.command->name, "report usage");
  EXPECT_EQ(line.arguments.list("--by"), (Words{"user", "plan", "month"}));
}

TEST(CommandLine, TakesADashForStdin) {
  EXPECT_EQ(parse_command_line({"submit", "-"}).arguments.text("FILE"), "-");
}

TEST(CommandLine, GuessesWhatWasMeant) {
  EXPECT_EQ(mistake_in({"sumbit"}),
            "trainyard has no command sumbit; did you mean submit?\nsee trainyard --help");
  EXPECT_EQ(mistake_in({"submit", "--wiat", "a"}),
            "trainyard submit has no option --wiat; did you mean --wait?\nsee trainyard submit --help");
  EXPECT_NE(mistake_in({"list", "--state", "runing"}).find("did you mean running?"), std::string::npos);
}

TEST(CommandLine, NamesWhatIsMissingAndWhatIsTooMuch) {
  EXPECT_NE(mistake_in({"show"}).find("RUN is missing"), std::string::npos);
  EXPECT_NE(mistake_in({"logs", "1", "2"}).find("unexpected argument 2"), std::string::npos);
  EXPECT_NE(mistake_in({"list", "--limit"}), "");
}

TEST(CommandLine, AsksForHelpWhateverElseIsMissing) {
  EXPECT_TRUE(parse_command_line({"show", "--help"}).wants_help);
  EXPECT_EQ(parse_command_line({"report", "--help"}).group, "report");
}

TEST(RunId, IsWrittenAsANumberOrATrainingId) {
  EXPECT_EQ(run_id_from("42"), 42);
  EXPECT_EQ(run_id_from("training-42"), 42);
  for (const char* text : {"", "0", "-1", "4 2", "training-", "digits", "99999999999999999999"})
    EXPECT_THROW(run_id_from(text), Error) << text;
}

TEST(EveryCommand, ThatShowsDataCanPrintThemAsJson) {
  for (const Command& command : all_commands()) {
    const bool has_json = std::any_of(command.options.begin(), command.options.end(),
                                      [](const Option& option) { return option.names == "--json"; });
    EXPECT_EQ(has_json, command.name != "init" && command.name != "help") << command.name;
  }
}

TEST(Help, ShowsAnExampleOfEveryCommandInEightyColumns) {
  for (const Command& command : all_commands()) {
    ASSERT_FALSE(command.examples.empty()) << command.name;
    EXPECT_TRUE(command.examples.front().line.starts_with("trainyard " + command.name)) << command.name;
    for (const std::string& line : split(help_of(command), '\n')) EXPECT_LE(line.size(), 80u) << line;
  }
}

TEST(Help, ExamplesAreRight) {
  for (const Command& command : all_commands())
    for (const Example& example : command.examples) {
      std::string line = example.line.substr(0, example.line.find(" > "));
      Words words = split(line, ' ');
      words.erase(words.begin());
      EXPECT_EQ(mistake_in(words), "") << line;
    }
}

}  // namespace
}  // namespace trainyard
