// Tests that the worst texts of 256 KiB are read, or refused, in little time and memory.
#include "daemon/manifest/expansion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <ctime>

#include "daemon/manifest/text_guards.h"
#include "tests/unit/manifest/messages.h"

namespace trainyard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Limit of CPU time, not of elapsed time, because the machine can be busy. Optimized code takes less than a
// tenth of a second. An algorithm that is quadratic in the size of the text takes minutes.
constexpr double soon_seconds = 4;

// Repeats `text` between `before` and `after` as often as the largest permitted text has room for.
std::string filled_up(const std::string& before, const std::string& text, const std::string& after = "") {
  return before + repeated(text, (most_text_bytes - before.size() - after.size()) / text.size()) + after;
}

std::vector<std::string> messages_soon(const std::string& text) {
  const std::clock_t begin = std::clock();
  std::vector<std::string> messages = messages_of(text);
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  EXPECT_LT(seconds, soon_seconds) << text.substr(0, 60);
  return messages;
}

TEST(TheReader, TakesNoLongerForOneLineThanForMany) {
  messages_soon(filled_up("name=\"x\"\n[sweep]\nseed=[", "1,", "1]"));
  messages_soon(filled_up("name=\"x\"\n[sweep]\nseed=[\"", "ä\",\"", "\"]"));
  messages_soon(filled_up("a=[", "{},", "{}]"));
}

TEST(TheReader, StopsAfterTheFirstHundredProblems) {
  std::string keys, sweep = own_program + "[sweep]\n";
  for (int i = 0; keys.size() < most_text_bytes - 20; ++i) keys += "nam" + std::to_string(i) + "=1\n";
  for (int i = 0; sweep.size() < most_text_bytes - 20; ++i) sweep += "nam" + std::to_string(i) + "=[1]\n";
  EXPECT_EQ(messages_soon(keys).size(), Problems::most);
  EXPECT_EQ(messages_soon(sweep).size(), Problems::most);
  EXPECT_THAT(messages_soon(filled_up("#!/bin/sh\n", "#SBATCH --nam=\"1\"\n")),
              ElementsAre(HasSubstr("more than 1000 words of options")));
  EXPECT_EQ(
      messages_soon("#!/bin/sh\n" + repeated("#SBATCH --nam" + std::string(200, 'e') + "\n", 999)).size(),
      Problems::most);
  EXPECT_EQ(messages_soon(filled_up(own_program + "[retry]\non = [", "\"exit_cod\",", "\"x\"]\n")).size(),
            Problems::most);
  messages_soon(filled_up("#!/bin/sh\n#SBATCH ", "--nam "));
  messages_soon(filled_up(replaced(sketch, "layers = [", "layers = [{ x = 1 },"), "#"));
  messages_soon(filled_up("[train]\nlayers=[", "{dense=1},", "{dense=1}]\n[sweep]\na=[1]\nb=[1]\nc=[1]\n"));
  messages_soon(filled_up("[train]\nlayers=[{", "a.b=1,", "}]"));
}

std::string with_command(const std::string& run, const std::string& sweep) {
  return "name = \"m\"\n[results]\ntarget = \"file:///r\"\n[command]\nrun = '" + run + "'\n[sweep]\n" + sweep;
}

TEST(Placeholders, AreFoundInTextsFullOfBraces) {
  const std::string values = "a = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n";
  EXPECT_THAT(messages_soon(with_command("{a}" + std::string(200'000, '{'), values)), IsEmpty());
  const std::vector<Manifest> runs =
      read_manifest(with_command("{{a} ${a} {b} {} { {a}", "a = [7]\n"), "m.toml");
  EXPECT_EQ(std::get<CommandSpec>(runs[0].program).run, "{7 ${a} {b} {} { 7");
}

TEST(Placeholders, AreCountedBeforeTheyAreFilledIn) {
  const std::string text =
      with_command(repeated("{a}", 40'000), "a = [\"" + std::string(120'000, 'b') + "\"]\n");  // 4.8 GB
  EXPECT_THAT(
      messages_soon(text),
      ElementsAre("m.toml: [sweep]: with its values in place, the manifests of all runs take more than "
                  "64.0 MiB; sweep over fewer values, or shorter ones"));
}

TEST(Placeholders, OfAllRunsAreCountedTogether) {
  std::string values = "n = [1";
  for (int i = 2; i <= 500; ++i) values += ", " + std::to_string(i);
  values += "]\na = [\"" + std::string(10'000, 'b') + "\"]\n";  // 500 runs of 200 kB
  EXPECT_THAT(messages_soon(with_command("echo {n}" + repeated(" {a}", 20), values)),
              ElementsAre(HasSubstr("take more than 64.0 MiB")));
}

std::string script_of_size(const std::string& head, std::size_t bytes) {
  std::string text = "#!/bin/sh\n" + head + "\n";
  return text + std::string(bytes - text.size(), '#');
}

TEST(AnArray, OfALongScriptIsCountedBeforeItIsMade) {
  EXPECT_THAT(messages_soon(script_of_size("#SBATCH --array=0-9999", 250 << 10)),
              ElementsAre(HasSubstr("--array=0-9999: makes 10000 runs of 25")));
  EXPECT_THAT(messages_soon(script_of_size("#SBATCH --array=0-9999", 5 << 10)), IsEmpty());
  EXPECT_THAT(messages_soon(filled_up("#!/bin/sh\n#SBATCH --array=0-9999\n#SBATCH --export=", "A,", "B")),
              ElementsAre(HasSubstr("makes 10000 runs of")));
}

TEST(AnArray, CountsWhatEachTaskCarriesAlong) {
  const std::string text = script_of_size("#SBATCH --array=1-2000", 5 << 10);
  EXPECT_EQ(read_manifest(text, "a.sh", 10 << 10).size(), 2000U);
  EXPECT_THROW(read_manifest(text, "a.sh", 64 << 10), Error);
  EXPECT_EQ(read_manifest(script_of_size("", 200 << 10), "a.sh", 64 << 10).size(), 1U);
}

TEST(AnArray, HasItsScriptInMemoryOnce) {
  const std::vector<Manifest> tasks = read_manifest(script_of_size("#SBATCH --array=1-100", 4096), "a.sh");
  EXPECT_EQ(std::get<ScriptSpec>(tasks[0].program).text->data(),
            std::get<ScriptSpec>(tasks[99].program).text->data());
}

TEST(AnArray, ThatRepeatsItsIndicesIsNotCountedForEver) {
  messages_soon(filled_up("#!/bin/sh\n#SBATCH --array=", "0-9999,", "1"));
  messages_soon(filled_up("#!/bin/sh\n", "#SBATCH --array=0-9999\n"));
}

// Checks the whole process: the texts above would need gigabytes if they were expanded.
TEST(TheReader, StaysSmall) {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  EXPECT_LT(used.ru_maxrss, 700 << 10);  // KiB
}

}  // namespace
}  // namespace trainyard
