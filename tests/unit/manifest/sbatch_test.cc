// Tests of reading batch scripts for sbatch: the manifests that they become, and their problems.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "daemon/base/fd.h"
#include "daemon/base/text.h"
#include "daemon/manifest/sbatch_options.h"
#include "daemon/manifest/sbatch_values.h"
#include "tests/unit/manifest/messages.h"

namespace trainyard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string script(const std::string& head, const std::string& body = "true\n") {
  return "#!/bin/sh\n" + head + '\n' + body;
}

Manifest manifest_of(const std::string& head) { return read_manifest(script(head), "dir/job.sh").at(0); }

Json options_of(const std::string& head) { return std::get<ScriptSpec>(manifest_of(head).program).options; }

TEST(ABatchScript, IsTheProgramOfItsRun) {
  const std::string text = script("#SBATCH -t 5");
  const Manifest manifest = read_manifest(text, "dir/job.sh").at(0);
  EXPECT_EQ(manifest.name, "job.sh");
  EXPECT_EQ(*std::get<ScriptSpec>(manifest.program).text, text);
  EXPECT_EQ(manifest.results_target, "");
  EXPECT_EQ(manifest_from_json(to_json(manifest)), manifest);
}

TEST(SbatchLines, EndAtTheFirstCommand) {
  EXPECT_EQ(options_of("\n# comment\n   \n#SBATCH -t 5\necho\n#SBATCH -t 7"), Json({{"time", 5}}));
}

TEST(SbatchLines, AreSwitchedOffByAnotherHashOrABlank) {
  EXPECT_EQ(options_of("##SBATCH -t 5\n #SBATCH -n 2"), Json::object());
}

TEST(SbatchLines, AreQuotedAsSbatchReadsThem) {
  EXPECT_EQ(options_of("#SBATCH --comment=\"a b\"c").at("comment"), "a bc");
  EXPECT_EQ(options_of("#SBATCH --comment=\"a\\\"b\"").at("comment"), "a\"b");
  EXPECT_EQ(options_of("#SBATCH --comment='a\\\\b'").at("comment"), "a\\b");
  EXPECT_EQ(options_of("#SBATCH --comment=a#b").at("comment"), "a");
  EXPECT_EQ(options_of("#SBATCH --time=3 # -n 2"), Json({{"time", 3}}));
}

TEST(SbatchLines, TakeEveryFormOfAnOption) {
  const Json wanted = {{"ntasks", 2}, {"overcommit", true}, {"oversubscribe", true}};
  EXPECT_EQ(options_of("#SBATCH -n2 -O -s"), wanted);
  EXPECT_EQ(options_of("#SBATCH -n 2 -Os"), wanted);
  EXPECT_EQ(options_of("#SBATCH --ntasks=2 --overcommit\n#SBATCH --oversubscribe"), wanted);
  EXPECT_EQ(options_of("#SBATCH --ntasks 2 --overco --oversub"), wanted);
}

TEST(SbatchLines, CountTheLastOfSeveral) {
  EXPECT_EQ(options_of("#SBATCH --mem=1G\n#SBATCH --mem 2G").at("mem"), 2048);
}

TEST(KindsOfMail, OfSeveralLinesAddUp) {
  EXPECT_EQ(options_of("#SBATCH --mail-type=END\n#SBATCH --mail-type=FAIL,begin").at("mail-type"),
            Json({"end", "fail", "begin"}));
  EXPECT_EQ(options_of("#SBATCH --mail-type=END\n#SBATCH --mail-type=NONE").at("mail-type"), Json({"end"}));
}

TEST(KindsOfMail, ThatSlurmDoesNotKnowArePassedOverBesideOneThatItKnows) {
  EXPECT_EQ(options_of("#SBATCH --mail-type=START,END,").at("mail-type"), Json({"end"}));
  EXPECT_THAT(messages_of(script("#SBATCH --mail-type=START")),
              ElementsAre(HasSubstr("names no kind of mail")));
  EXPECT_THAT(messages_of(script("#SBATCH --mail-type=BEGN")), ElementsAre(HasSubstr("did you mean begin?")));
}

TEST(KindsOfMail, AreNoneBesideNone) {
  EXPECT_EQ(options_of("#SBATCH --mail-type=BEGIN,NONE,END").at("mail-type"), Json::array());
}

TEST(AComment, MayBeEmpty) { EXPECT_EQ(options_of("#SBATCH --comment=").at("comment"), ""); }

TEST(AHint, GivesWayToTheOptionsThatSbatchPrefers) {
  for (const std::string option : {"--ntasks-per-core=1", "--threads-per-core=2", "-B 1:1:1"})
    EXPECT_FALSE(options_of("#SBATCH --hint=nomultithread " + option).contains("hint")) << option;
  EXPECT_TRUE(options_of("#SBATCH --hint=nomultithread --sockets-per-node=1").contains("hint"));
}

TEST(AHint, ForComputeTakesTheWholeOfANode) {
  EXPECT_EQ(options_of("#SBATCH --hint=compute_bound --sockets-per-node=1 --cores-per-socket=1"),
            Json({{"hint", "compute_bound"}}));
}

TEST(TheReader, NamesAllThatIsWrongAtOnce) {
  EXPECT_THAT(
      messages_of(
          script("#SBATCH --ntask=x --timee=5\n#SBATCH --requeue\n#SBATCH -t soon extra\n#SBATCH -n")),
      ElementsAre(HasSubstr("m.toml:2:9: --ntask=x: may mean --ntasks, --ntasks-per-core"),
                  HasSubstr("m.toml:2:19: --timee=5: is not an option of sbatch; did you mean --time?"),
                  HasSubstr("m.toml:3:9: --requeue: is refused: a job that Slurm starts again"),
                  HasSubstr("m.toml:4:9: -t soon: must be a time"),
                  HasSubstr("m.toml:4:17: extra: is not an option"),
                  HasSubstr("m.toml:5:9: -n: needs a value")));
}

TEST(TheReader, SaysWhatATextLacksToBeAScript) {
  EXPECT_THAT(messages_of("#SBATCH -n 2\ntrue\n"),
              ElementsAre(HasSubstr("m.toml:1:1: #SBATCH -n 2: does not say who")));
  EXPECT_THAT(messages_of("#!/bin/sh\r\n#SBATCH -n 2\r\n"), ElementsAre(HasSubstr("CR LF")));
  EXPECT_THAT(messages_of(script("#SBATCH -J \"a")),
              ElementsAre(HasSubstr("m.toml:2:12: \"a: a \" is not closed")));
  EXPECT_THAT(messages_of("#!/bin/sh\n" + std::string(300'000, 'x')),
              ElementsAre(HasSubstr("at most 262144")));
}

TEST(TheReader, RefusesWhatSbatchWouldReadAndTrainyardDoesNot) {
  EXPECT_THAT(messages_of(script("#PBS -l nodes=2")), ElementsAre(HasSubstr("is read by sbatch")));
  EXPECT_THAT(messages_of(script("#PBS -l nodes=2\n#SBATCH --ignore-pbs")), IsEmpty());
  EXPECT_THAT(messages_of(script("#BB create_persistent name=x")), ElementsAre(HasSubstr("burst buffer")));
  EXPECT_THAT(messages_of(script("#SBATCH hetjob")), ElementsAre(HasSubstr("a run is one job")));
}

TEST(TheReader, RefusesValuesThatCannotBeKept) {
  EXPECT_THAT(messages_of(script("#SBATCH --export=ALL,A=1")), ElementsAre(HasSubstr("cannot be ALL")));
  EXPECT_THAT(messages_of(script("#SBATCH --exclusive")), ElementsAre(HasSubstr("all GPUs of its nodes")));
  EXPECT_THAT(messages_of(script("#SBATCH --array=0-9%4")), ElementsAre(HasSubstr("cannot limit by %")));
  EXPECT_THAT(messages_of(script("#SBATCH -d singleton")), ElementsAre(HasSubstr("cannot be singleton")));
  EXPECT_THAT(messages_of(script("#SBATCH --mem=1G --mem-per-cpu=1G")),
              ElementsAre(HasSubstr("--mem-per-cpu=1G: stands beside --mem")));
}

TEST(TheReader, RefusesEveryOptionThatTheTableRefuses) {
  for (const sbatch::Option& option : sbatch::options()) {
    if (!option.refused) continue;
    const std::string value = option.argument == sbatch::Argument::required ? "=x" : "";
    EXPECT_THAT(messages_of(script("#SBATCH --" + std::string(option.name) + value)),
                ElementsAre(HasSubstr("is refused: ")))
        << option.name;
  }
}

TEST(TrainyardLines, AreTomlWithTheirOwnPlaces) {
  const Manifest manifest = manifest_of(
      "#TRAINYARD name = \"mine\"\n#SBATCH -t 5\n#TRAINYARD results.target = \"file:///r\"\n"
      "#TRAINYARD data.source = \"file:///d/\"\n#TRAINYARD data.format = \"raw\"\n#TRAINYARD resources.plan "
      "= \"p\"");
  EXPECT_EQ(manifest.name, "mine");
  EXPECT_EQ(manifest.results_target, "file:///r/");
  EXPECT_EQ(manifest.data->source, "file:///d/");
  EXPECT_EQ(manifest.resources.plan, "p");
  EXPECT_THAT(messages_of(script("#SBATCH -t 5\n#TRAINYARD nmae = 1\n#TRAINYARD results.target = 2")),
              ElementsAre(HasSubstr("m.toml:3:12: nmae: unknown key; did you mean name?"),
                          HasSubstr("m.toml:4:29: 2: ")));
}

TEST(TrainyardLines, BehindTheFirstCommandAreNotPassedOver) {
  EXPECT_THAT(messages_of(script("", "true\n#TRAINYARD name = \"x\"\n")),
              ElementsAre(HasSubstr(
                  "m.toml:4:1: #TRAINYARD name = \"x\": stands behind the first command, in line 3")));
}

TEST(Plans, CountTheGpusThatAJobGetsAtMost) {
  auto gpus = [](const std::string& head) { return manifest_of(head).resources.gpus(); };
  EXPECT_EQ(gpus("#SBATCH -N 2 --gres=gpu:k40:2,disk:1"), 4);
  EXPECT_EQ(gpus("#SBATCH -N 2-3 --gpus-per-node=2"), 6);
  EXPECT_EQ(gpus("#SBATCH -N 2-3 --gpus=k40:4"), 4);
  EXPECT_EQ(gpus("#SBATCH -n 8 --gpus-per-task=2"), 16);
  EXPECT_EQ(gpus("#SBATCH -n 3 --gres=gpu:1"), 3);
  EXPECT_EQ(gpus("#SBATCH --gres=gpu"), 1);
  EXPECT_EQ(gpus("#SBATCH -N 2 --gpus-per-socket=1 --sockets-per-node=2"), 4);
  EXPECT_EQ(gpus("#SBATCH -N 2"), 0);
  EXPECT_THAT(messages_of(script("#SBATCH --gpus-per-socket=1")), ElementsAre(HasSubstr("counts sockets")));
}

TEST(AnArray, IsARunForEachTask) {
  const std::vector<Manifest> runs = read_manifest(script("#SBATCH --array=1,7-9:2"), "a.sh");
  ASSERT_EQ(runs.size(), 3U);
  const auto& last = std::get<ScriptSpec>(runs[2].program);
  EXPECT_EQ(last.array_task, (ArrayTask{9, 3, 1, 9}));
  EXPECT_EQ(runs[2].sweep.at("task"), "9");
}

TEST(Values, AreReadAsSlurmReadsThem) {
  using namespace sbatch;
  EXPECT_EQ(read_size("2050K"), 3);
  EXPECT_EQ(read_size("2GB"), 2048);
  EXPECT_EQ(read_minutes("90:30"), 91);
  EXPECT_EQ(read_minutes("1-2"), 26 * 60);
  EXPECT_EQ(read_signal("B:USR1@120"),
            Json({{"batch", true}, {"reservation", false}, {"number", 10}, {"seconds", 120}}));
  EXPECT_EQ(read_export("A=1,B"), Json({{"A", "1"}, {"B", nullptr}}));
}

TEST(Moments, AreSaidInTheTimeOfTheHost) {
  ::setenv("TZ", "UTC", 1);
  const UtcSeconds now = from_unix(1'000'000'000);  // 2001-09-09 01:46:40
  EXPECT_EQ(sbatch::moment_of("now+2hours", now), now + std::chrono::hours(2));
  EXPECT_EQ(sbatch::moment_of("now+90", now), now + std::chrono::seconds(90));
  EXPECT_EQ(format_utc(sbatch::moment_of("noon", now)), "2001-09-09T12:00:00Z");
  EXPECT_EQ(format_utc(sbatch::moment_of("01:30", now)), "2001-09-10T01:30:00Z");
  EXPECT_EQ(format_utc(sbatch::moment_of("4:30pm", now)), "2001-09-09T16:30:00Z");
  EXPECT_EQ(format_utc(sbatch::moment_of("tomorrow", now)), "2001-09-10T00:00:00Z");
  EXPECT_EQ(format_utc(sbatch::moment_of("2030-01-31T12:30", now)), "2030-01-31T12:30:00Z");
}

TEST(TheSbatchManual, SaysOfEveryOptionWhatBecomesOfIt) {
  const std::string page = read_file(std::string(TRAINYARD_SOURCE_ROOT) + "/man/trainyard-sbatch.5.scd");
  const std::size_t kept = page.find("# OPTIONS THAT ARE KEPT"),
                    refused = page.find("# OPTIONS THAT ARE REFUSED");
  ASSERT_LT(kept, refused);
  std::set<std::string> known;
  for (const sbatch::Option& option : sbatch::options()) {
    const std::string letter = option.letter ? std::string(", *-") + option.letter + '*' : "";
    known.insert("*--" + std::string(option.name) + '*');
    const std::size_t at = page.find("*--" + std::string(option.name) + '*' + letter, kept);
    EXPECT_NE(at, std::string::npos) << option.name;
    EXPECT_EQ(at > refused, option.refused != nullptr) << option.name;
  }
  for (std::size_t at = kept; (at = page.find("*--", at)) != std::string::npos; ++at)
    EXPECT_TRUE(known.contains(page.substr(at, page.find('*', at + 1) + 1 - at))) << page.substr(at, 20);
}

TEST(TheJobspecs, HaveTwentyScriptsThatAreRight) {
  int scripts = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(std::string(TRAINYARD_SOURCE_ROOT) + "/jobspecs/sbatch")) {
    EXPECT_THAT(messages_of(read_file(file.path())), IsEmpty()) << file.path();
    ++scripts;
  }
  EXPECT_GE(scripts, 20);
}

}  // namespace
}  // namespace trainyard
