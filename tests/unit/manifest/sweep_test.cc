#include "daemon/manifest/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/manifest/messages.h"

namespace trainyard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Manifest> runs_of(const std::string& text) { return read_manifest(text, "m.toml"); }

double learning_rate(const Manifest& manifest) {
  return std::get<TrainSpec>(manifest.program).training.optimizer.number("learning_rate");
}

std::string command(const Manifest& manifest) { return std::get<CommandSpec>(manifest.program).run; }

TEST(ASweep, MakesARunForEachCombinationAndTheLastListRunsFastest) {
  std::vector<Manifest> runs = runs_of(sketch + "[sweep]\nlearning_rate = [0.1, 0.01]\nseed = [1, 2, 3]\n");
  ASSERT_EQ(runs.size(), 6U);
  EXPECT_EQ(learning_rate(runs[2]), 0.1);
  EXPECT_EQ(learning_rate(runs[3]), 0.01);
  EXPECT_EQ(std::get<TrainSpec>(runs[2].program).training.seed, 3);
  EXPECT_EQ(std::get<TrainSpec>(runs[3].program).training.seed, 1);
  EXPECT_THAT(runs[3].sweep, ElementsAre(testing::Pair("learning_rate", "0.01"), testing::Pair("seed", "1")));
}

TEST(ASweep, ReachesSettingsThatAreNotWrittenInTrain) {
  std::string text = replaced(sketch, "optimizer = { sgd = { learning_rate = 0.1, momentum = 0.9 } }\n", "");
  std::vector<Manifest> runs = runs_of(text + "[sweep]\ntrain.optimizer.sgd.weight_decay = [0.5]\n");
  EXPECT_EQ(std::get<TrainSpec>(runs.at(0).program).training.optimizer.number("weight_decay"), 0.5);
}

TEST(ASweep, ReachesALayerByItsPlaceAndWholeTables) {
  std::vector<Manifest> runs =
      runs_of(sketch + "[sweep]\nlayers.1.dense = [32, 64]\noptimizer = [{ adam = {} }]\n");
  EXPECT_EQ(std::get<TrainSpec>(runs.at(1).program).layers.at(0).integer("units"), 64);
  EXPECT_EQ(std::get<TrainSpec>(runs.at(1).program).training.optimizer.kind, "adam");
  EXPECT_EQ(runs.at(1).sweep.at("optimizer"), "{ adam = {} }");
}

TEST(ASweep, OverSomethingUnknownSuggestsWhatWasMeant) {
  EXPECT_THAT(
      messages_of(sketch + "[sweep]\nlearning_rates = [0.1]\n"),
      ElementsAre("m.toml:24:1: learning_rates: names no key of [train]; did you mean learning_rate?"));
}

TEST(ASweep, OverSomethingAmbiguousListsWhatItCouldMean) {
  EXPECT_THAT(
      messages_of(sketch + "[sweep]\ndense = [1]\n"),
      ElementsAre(
          "m.toml:24:1: dense: names several keys of [train]; write one of layers.1.dense, layers.2.dense"));
}

TEST(ASweep, OverTheSameKeyTwiceIsAMistake) {
  EXPECT_THAT(messages_of(sketch + "[sweep]\nepochs = [1]\ntrain.epochs = [2]\n"),
              ElementsAre("m.toml:25:1: train.epochs: names the same key as epochs"));
}

TEST(ASweep, NamesAWrongValueWhereItStands) {
  EXPECT_THAT(messages_of(sketch + "[sweep]\nepochs = [1, 0, \"x\"]\n"),
              ElementsAre("m.toml:24:14: 0: train.epochs must be from 1 to 1000000, not 0",
                          "m.toml:24:17: \"x\": train.epochs must be an integer, not \"x\""));
  EXPECT_THAT(messages_of(sketch + "[sweep]\nepochs = 3\n"),
              ElementsAre("m.toml:24:10: 3: sweep.epochs must be a list of values to try; [0.1, 0.01]"));
}

TEST(ASweep, StopsAtTenThousandRuns) {
  std::string hundred = "[1";
  for (int i = 2; i <= 101; ++i) hundred += ", " + std::to_string(i);
  EXPECT_THAT(messages_of(sketch + "[sweep]\nepochs = " + hundred + "]\nseed = " + hundred + "]\n"),
              ElementsAre("m.toml:23:1: [sweep]: makes more than 10000 runs; sweep over fewer values"));
}

TEST(ASweep, OfALongManifestStopsBeforeItFillsTheMemory) {
  std::string values = "[1";
  for (int i = 2; i <= 5000; ++i) values += ", " + std::to_string(i);
  EXPECT_THAT(messages_of(own_program + "setup = \"echo {x} " + std::string(50'000, 'x') +
                          "\"\n[sweep]\nx = " + values + "]\n"),
              ElementsAre(HasSubstr("5000 runs of a manifest this long are too much")));
}

TEST(ASweepOfACommand, PutsValuesWhereTheirNamesStandInBraces) {
  std::string text = replaced(own_program, "--lr 0.1", "--lr {lr} --name {name} ${lr} {other}");
  std::vector<Manifest> runs = runs_of(text +
                                       "environment = { LR = \"is {lr}\" }\n[sweep]\nlr = [0.10, 1_0]\nname "
                                       "= [\"it's; rm -rf ~\", \"{lr}\"]\n");
  ASSERT_EQ(runs.size(), 4U);
  EXPECT_EQ(command(runs[0]), "python3 train.py --lr 0.10 --name 'it'\\''s; rm -rf ~' ${lr} {other}");
  EXPECT_EQ(command(runs[3]), "python3 train.py --lr 10 --name '{lr}' ${lr} {other}");
  EXPECT_EQ(std::get<CommandSpec>(runs[0].program).environment.at("LR"), "is 0.10");
}

TEST(ASweepOfACommand, OverANameThatIsUsedNowhereIsAMistake) {
  EXPECT_THAT(
      messages_of(own_program + "[sweep]\nlr = [0.1]\n"),
      ElementsAre("m.toml:7:1: lr: is used nowhere in [command]; write {lr} where its value belongs"));
}

TEST(ASweepOfACommand, TakesNumbersAndTextsOfOneLine) {
  EXPECT_THAT(
      messages_of(replaced(own_program, "0.1", "{lr}") + "[sweep]\nlr = [0.1, [1], \"a\\nb\"]\n"),
      ElementsAre(HasSubstr("m.toml:7:12: [1]: sweep.lr must hold numbers, texts of one line, true or false"),
                  HasSubstr("m.toml:7:17: \"a\\nb\": sweep.lr must hold numbers")));
}

}  // namespace
}  // namespace trainyard
