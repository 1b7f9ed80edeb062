// Tests of the program trainyard-train with a real data set and a real mpirun.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <sstream>

#include "daemon/base/fd.h"
#include "daemon/base/hdf5.h"
#include "daemon/base/json.h"
#include "kernels/scratch_file.h"
#include "tests/kernels/digits.h"
#include "tests/kernels/program.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

class Training : public testing::Test {
 protected:
  Training() { write_digits(TRAINYARD_DIGITS, directory.file("train.h5")); }

  Json settings() const {
    return {{"version", 1},
            {"data", directory.file("train.h5")},
            {"results", directory.path()},
            {"metrics", directory.file("metrics.jsonl")},
            {"device", "cpu"},
            {"layers", {{{"dense", 128}, {"activation", "relu"}}, {{"dense", 10}}}},
            {"epochs", 20},
            {"batch_size", 64},
            {"optimizer", {{"sgd", {{"learning_rate", 0.1}, {"momentum", 0.9}}}}},
            {"seed", 1}};
  }

  std::vector<std::string> command(const Json& settings, int ranks) const {
    write_atomically(directory.file("settings.json"), settings.dump());
    return {"mpirun",        "--allow-run-as-root",          "--oversubscribe", "-np", std::to_string(ranks),
            TRAINYARD_TRAIN, directory.file("settings.json")};
  }

  ProgramResult train(const Json& settings, int ranks) const {
    return run_program(command(settings, ranks), directory.file("output.txt"));
  }

  std::vector<Json> events(const std::string& kind) const {
    std::istringstream lines(read_file(directory.file("metrics.jsonl")));
    std::vector<Json> found;
    for (std::string line; std::getline(lines, line);) {
      Json event = parse_json(line, "metrics");
      if (event["event"] == kind) found.push_back(event);
    }
    return found;
  }

  // Trains with this many ranks and returns the metrics of each epoch. Removes the metrics of an earlier
  // training first.
  std::vector<Json> epochs_of(const Json& settings, int ranks) const {
    std::filesystem::remove(directory.file("metrics.jsonl"));
    ProgramResult result = train(settings, ranks);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return events("epoch");
  }

  TemporaryDirectory directory;
};

void expect_equal_losses(const std::vector<Json>& these, const std::vector<Json>& those) {
  ASSERT_EQ(these.size(), those.size());
  for (std::size_t i = 0; i < these.size(); ++i)
    for (const char* loss : {"train_loss", "test_loss"})
      EXPECT_NEAR(get<double>(these[i], loss), get<double>(those[i], loss), 1e-3)
          << loss << " of epoch " << i + 1;
}

TEST_F(Training, ReadsHandwrittenDigitsAlmostAlways) {
  std::vector<Json> epochs = epochs_of(settings(), 2);
  ASSERT_EQ(epochs.size(), 20U);
  EXPECT_GE(get<double>(epochs.back(), "test_accuracy"), 0.95);
  EXPECT_EQ(get<std::int64_t>(epochs.front(), "epoch"), 1);
  EXPECT_EQ(get<std::int64_t>(events("start").at(0), "ranks"), 2);
  EXPECT_EQ(events("end").size(), 1U);
}

TEST_F(Training, LosesTheSameOnOneTwoAndFourRanks) {
  std::vector<Json> alone = epochs_of(settings(), 1);
  ASSERT_EQ(alone.size(), 20U);
  expect_equal_losses(alone, epochs_of(settings(), 2));
  expect_equal_losses(alone, epochs_of(settings(), 4));
}

TEST_F(Training, TakesBatchesThatNoNumberOfRanksDivides) {
  Json uneven = settings();
  uneven["batch_size"] = 3;  // of four ranks, one gets no sample
  uneven["epochs"] = 2;
  uneven["optimizer"] = {{"adam", {{"learning_rate", 0.001}}}};
  expect_equal_losses(epochs_of(uneven, 1), epochs_of(uneven, 4));
}

TEST_F(Training, FitsNumbersToo) {
  Json regression = settings();
  regression["loss"] = "mean_squared_error";
  std::vector<Json> epochs = epochs_of(regression, 2);
  ASSERT_EQ(epochs.size(), 20U);
  EXPECT_LT(get<double>(epochs.back(), "test_loss"), 0.03);
  EXPECT_TRUE(epochs.back()["test_accuracy"].is_null());
}

TEST_F(Training, LeavesAModelThatSaysWhatItIs) {
  ASSERT_EQ(epochs_of(settings(), 1).size(), 20U);
  Hdf5File model = Hdf5File::open(directory.file("model.h5"));
  EXPECT_EQ(model.dataset("/layers/0/weights").shape(), (std::vector<std::int64_t>{128, 64}));
  EXPECT_EQ(model.dataset("/layers/1/biases").shape(), (std::vector<std::int64_t>{10}));
  EXPECT_EQ(parse_json(model.text_attribute("/layers/0", "layer"), "layer"),
            Json({{"dense", 128}, {"activation", "relu"}}));
  EXPECT_EQ(model.number_attribute("/", "scale"), 0.0625);
  EXPECT_EQ(model.text_attribute("/", "shape"), "[1,8,8]");
}

TEST_F(Training, WithoutACudaBackEndNamesTheCpu) {
  Json gpu = settings();
  gpu["device"] = "gpu";
  ProgramResult result = train(gpu, 2);
  EXPECT_EQ(result.exit_code, 65) << result.output;
  EXPECT_NE(result.output.find("device = \"cpu\""), std::string::npos) << result.output;
}

TEST_F(Training, NamesAnUnknownSettingOnceHoweverManyTheRanks) {
  Json misspelt = settings();
  misspelt["epoch"] = 3;
  ProgramResult result = train(misspelt, 4);
  EXPECT_EQ(result.exit_code, 65);
  std::size_t first = result.output.find("trainyard-train: ");
  ASSERT_NE(first, std::string::npos) << result.output;
  EXPECT_NE(result.output.find("epoch", first), std::string::npos) << result.output;
  EXPECT_EQ(result.output.find("trainyard-train: ", first + 1), std::string::npos) << result.output;
}

TEST_F(Training, WithoutDataIsBadInput) {
  Json elsewhere = settings();
  elsewhere["data"] = directory.file("not-there.h5");
  ProgramResult result = train(elsewhere, 2);
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_NE(result.output.find("not-there.h5: No such file"), std::string::npos) << result.output;
}

TEST_F(Training, ThatDivergesEndsAsNumeric) {
  Json wild = settings();
  wild["optimizer"] = {{"sgd", {{"learning_rate", 1e6}, {"momentum", 0.9}}}};
  ProgramResult result = train(wild, 2);
  EXPECT_EQ(result.exit_code, 70) << result.output;
  EXPECT_NE(result.output.find("not a number"), std::string::npos) << result.output;
  EXPECT_FALSE(std::filesystem::exists(directory.file("model.h5")));
}

TEST_F(Training, ThatCannotLeaveItsModelDoesNotBegin) {
  Json nowhere = settings();
  nowhere["results"] = directory.file("no-such-directory");
  ProgramResult result = train(nowhere, 2);
  EXPECT_EQ(result.exit_code, 65) << result.output;
  EXPECT_NE(result.output.find("no-such-directory"), std::string::npos) << result.output;
  EXPECT_EQ(result.output.find("epoch"), std::string::npos) << result.output;
}

// A failure of one rank must end the other ranks, which wait for that rank in MPI_Allreduce.
TEST_F(Training, ThatFailsOnOneRankEndsAllOfThem) {
  Json full = settings();
  full["metrics"] = "/dev/full";
  ProgramResult result = train(full, 2);
  EXPECT_EQ(result.exit_code, 75) << result.output;
  EXPECT_NE(result.output.find("No space left on device"), std::string::npos) << result.output;
}

// Waits until the file `path` contains `text`; inotify on the directory reports changes. Fails the test after
// a minute without a change.
void wait_for_text(const std::string& directory, const std::string& path, const std::string& text) {
  UniqueFd changes(::inotify_init1(IN_CLOEXEC));
  ASSERT_GE(::inotify_add_watch(changes.get(), directory.c_str(), IN_MODIFY | IN_CREATE), 0);
  while (read_file_if_there(path).value_or("").find(text) == std::string::npos) {
    struct pollfd change = {changes.get(), POLLIN, 0};
    ASSERT_GT(::poll(&change, 1, 60000), 0) << "no " << text << " in " << path << " within a minute";
    char events[4096];
    ASSERT_GT(::read(changes.get(), events, sizeof events), 0);
  }
}

TEST_F(Training, ToldToStopAsksToBeTriedAgain) {
  Json endless = settings();
  endless["epochs"] = 1000000;
  Program program(command(endless, 2), directory.file("output.txt"));
  wait_for_text(directory.path(), directory.file("metrics.jsonl"), "\"epoch\":1,");
  program.signal(SIGUSR2);  // mpirun passes the signal on to the ranks
  ProgramResult result = program.wait();
  EXPECT_EQ(result.exit_code, 75) << result.output;
  EXPECT_NE(result.output.find("stopped; checkpoints are not there yet"), std::string::npos) << result.output;
  EXPECT_EQ(events("stopped").size(), 1U);
}

TEST_F(Training, RunsAloneWithoutMpirun) {
  Json brief = settings();
  brief["epochs"] = 1;
  write_atomically(directory.file("settings.json"), brief.dump());
  ProgramResult result =
      run_program({TRAINYARD_TRAIN, directory.file("settings.json")}, directory.file("output.txt"));
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

}  // namespace
}  // namespace trainyard
