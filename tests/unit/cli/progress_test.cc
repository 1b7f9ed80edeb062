#include "daemon/cli/progress.h"

#include <gtest/gtest.h>

#include "daemon/cli/metrics_row.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

Progress after_epoch_12_of_20() {
  Progress progress;
  update(progress, {{"event", "start"}, {"epochs", 20}});
  update(progress, {{"event", "epoch"},
                    {"epoch", 12},
                    {"train_loss", 0.5},
                    {"test_loss", 0.12344},
                    {"train_accuracy", 0.9},
                    {"test_accuracy", 0.951}});
  return progress;
}

TEST(Progress, ShowsTheHeldOutMeasuresWhereThereAreSome) {
  EXPECT_EQ(to_string(after_epoch_12_of_20()), "epoch 12/20  loss 0.1234  accuracy 0.9510");
}

TEST(Progress, ShowsTheTrainingMeasuresWithoutAHeldOutSplit) {
  Progress progress;
  EXPECT_TRUE(
      update(progress, {{"event", "epoch"}, {"epoch", 3}, {"train_loss", 2.5}, {"test_loss", nullptr}}));
  EXPECT_EQ(to_string(progress), "epoch 3  loss 2.500");
}

TEST(Progress, PassesOverWhatAProgramOfOnesOwnWrites) {
  Progress progress;
  EXPECT_FALSE(update(progress, {{"epoch", "first"}}));
  EXPECT_FALSE(update(progress, Json::array({1, 2})));
  EXPECT_FALSE(update(progress, {{"event", "stopped"}, {"epoch", 4}}));
  EXPECT_EQ(to_string(progress), "");
}

TEST(ProgressBar, IsOfPlainLettersWhereTheLocaleHasNoOthers) {
  EXPECT_EQ(progress_bar(0.25, 8, false), "[##------]");
  EXPECT_EQ(progress_bar(0.25, 8, true), "▕██░░░░░░▏");
}

TEST(ProgressBar, NeverRunsOver) {
  EXPECT_EQ(progress_bar(1.5, 4, false), "[####]");
  EXPECT_EQ(progress_bar(-1, 4, false), "[----]");
}

TEST(ProgressLine, FitsInEightyColumns) {
  std::string line = progress_line("training-42", "running", after_epoch_12_of_20(), 80, false);
  EXPECT_EQ(line, "training-42 running  epoch 12/20 [########------]  loss 0.1234  accuracy 0.9510");
}

TEST(MetricsRow, ShowsADashForWhatWasNotMeasured) {
  EXPECT_EQ(
      metrics_row({{"event", "epoch"}, {"epoch", 1}, {"train_loss", 2.25}, {"samples_per_second", 1234.5}}),
      "     1        2.250               -            -              -       1234\n");
  EXPECT_EQ(metrics_row({{"event", "start"}, {"epochs", 2}}), "");
}

TEST(HumanDuration, HasTwoUnitsAtMost) {
  EXPECT_EQ(human_duration(59), "59 s");
  EXPECT_EQ(human_duration(65), "1 min 05 s");
  EXPECT_EQ(human_duration(3900), "1 h 05 min");
  EXPECT_EQ(human_duration(90000), "1 d 01 h");
}

}  // namespace
}  // namespace trainyard
