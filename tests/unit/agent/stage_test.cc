#include "daemon/agent/stage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "daemon/agent/held_out_split.h"
#include "daemon/agent/staging_folder.h"
#include "daemon/base/digest.h"
#include "kernels/scratch_file.h"
#include "tests/unit/agent/agent_fixture.h"

namespace trainyard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Stage : public testing::Test, protected AgentFixture {
 protected:
  // Returns ten rows of CSV, each with two columns and a label.
  static std::string rows() {
    std::string text;
    for (int i = 0; i < 10; ++i)
      text += std::to_string(i) + "," + std::to_string(i + 100) + "," + std::to_string(i % 2) + "\n";
    return text;
  }
  Hdf5File staged_file() const { return Hdf5File::open(path("data/train.h5")); }
};

TEST_F(Stage, PutsEveryRowIntoOneOfTheTwoSplits) {
  put("a.csv", rows());
  StageRequest request = stage_request("a.csv", "csv", {{"label", 2}});
  request.data.test_fraction = 0.3;
  request.data.scale = 0.5;
  EXPECT_EQ(stage(write(request)), 0);

  EXPECT_TRUE(staged().ok);
  EXPECT_EQ(staged().samples, 7);
  EXPECT_EQ(staged().test_samples, 3);
  const ScratchInfo info = read_scratch_info(path("data/train.h5"));
  EXPECT_EQ(info.scale, 0.5);
  EXPECT_EQ(info.classes, 2);
  EXPECT_THAT(info.sources, HasSubstr(request.objects.front().etag));
  std::vector<int> seen;
  for (const char* split : {"/train", "/test"}) {
    auto samples = staged_file().dataset(std::string(split) + "/samples").read<std::uint8_t>();
    auto labels = staged_file().dataset(std::string(split) + "/labels").read<std::int32_t>();
    for (std::size_t i = 0; i < labels.size(); ++i) {
      seen.push_back(samples[2 * i]);
      EXPECT_EQ(samples[2 * i + 1], samples[2 * i] + 100);
      EXPECT_EQ(labels[i], samples[2 * i] % 2);
    }
  }
  EXPECT_THAT(seen, testing::UnorderedElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
}

TEST_F(Stage, ASecondSourceIsTheTestAndWidensTheSamples) {
  put("a.csv", rows());
  put("b.csv", "0.5,1,4\n");
  StageRequest request = stage_request("a.csv", "csv", {{"label", 2}});
  request.data.test_source = url("b.csv");
  request.test_objects = objects("b.csv");
  ASSERT_EQ(stage(write(request)), 0) << staged().message;
  EXPECT_EQ(staged().samples, 10);
  EXPECT_THAT(staged_file().dataset("/test/samples").read<float>(), ElementsAre(0.5, 1));
  EXPECT_EQ(staged_file().dataset("/train/samples").read<float>()[1], 100);
  EXPECT_EQ(read_scratch_info(path("data/train.h5")).classes, 5);
}

TEST_F(Stage, IdxFindsItsLabelsInTheirOwnObject) {
  using namespace std::string_literals;
  put("images", "\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x01\x05\x06"s);
  put("labels", "\0\0\x08\x01\0\0\0\x02\x01\x00"s);
  StageRequest request = stage_request("images", "idx");
  request.data.label_source = url("labels");
  request.objects.push_back(objects("labels").front());
  ASSERT_EQ(stage(write(request)), 0) << staged().message;
  EXPECT_THAT(staged_file().dataset("/train/labels").read<std::int32_t>(), ElementsAre(1, 0));
}

// An IDX file of `rows` samples of 2 × 3 bytes, and its labels.
class IdxFiles {
 public:
  explicit IdxFiles(int rows) {
    using namespace std::string_literals;
    images = "\0\0\x08\x03\0\0"s + byte(rows >> 8) + byte(rows) + "\0\0\0\x02\0\0\0\x03"s;
    labels = "\0\0\x08\x01\0\0"s + byte(rows >> 8) + byte(rows);
    for (int row = 0; row < rows; ++row) {
      for (int i = 0; i < 6; ++i) images += byte(row + i);
      labels += byte(row % 7);
    }
  }
  std::string images, labels;

 private:
  static std::string byte(int value) { return std::string(1, static_cast<char>(value)); }
};

TEST_F(Stage, RowsGoToTheSamePlacesWhetherTheyAreConvertedInOrderOrAsTheyArrive) {
  const IdxFiles files(3000);
  put("images", files.images);
  put("labels", files.labels);
  StageRequest request = stage_request("images", "idx");
  request.data.label_source = url("labels");
  request.data.test_fraction = 0.3;
  request.objects.push_back(objects("labels").front());
  ASSERT_EQ(stage(write(request)), 0) << staged().message;
  EXPECT_EQ(staged().samples, 2100);

  HeldOut chosen(3000, 900, request.data.seed);
  std::vector<std::uint8_t> train, test;
  std::vector<std::int32_t> train_labels, test_labels;
  for (int row = 0; row < 3000; ++row) {
    const bool is_test = chosen.next();
    for (int i = 0; i < 6; ++i) (is_test ? test : train).push_back(static_cast<std::uint8_t>(row + i));
    (is_test ? test_labels : train_labels).push_back(row % 7);
  }
  EXPECT_EQ(staged_file().dataset("/train/samples").read<std::uint8_t>(), train);
  EXPECT_EQ(staged_file().dataset("/test/samples").read<std::uint8_t>(), test);
  EXPECT_EQ(staged_file().dataset("/train/labels").read<std::int32_t>(), train_labels);
  EXPECT_EQ(staged_file().dataset("/test/labels").read<std::int32_t>(), test_labels);
}

TEST_F(Stage, AnIdxFileThatLiesAboutItsSizeIsRefused) {
  IdxFiles files(10);
  put("labels", files.labels);
  for (const std::string& images : {files.images + "x", files.images.substr(0, files.images.size() - 1)}) {
    put("images", images);
    StageRequest request = stage_request("images", "idx");
    request.objects.push_back(objects("labels").front());
    EXPECT_EQ(stage(write(request)), 2);
    EXPECT_THAT(staged().message, HasSubstr("than its header says"));
    EXPECT_FALSE(has("data/train.h5"));
  }
}

TEST_F(Stage, AnObjectThatChangedSinceIsNamedAndNotStaged) {
  put("d/a.csv", rows());
  put("d/b.csv", rows());
  const StageRequest request = stage_request("d/", "csv", {{"label", 2}});
  put("d/b.csv", rows() + "1,2,1\n");
  EXPECT_EQ(stage(write(request)), 2);
  EXPECT_FALSE(staged().ok);
  EXPECT_FALSE(staged().try_again);
  EXPECT_THAT(staged().message, HasSubstr(url("d/b.csv") + ": has changed since it was listed"));
  put("d/c.csv", rows());
  EXPECT_EQ(stage(write(stage_request("d/", "csv", {{"label", 2}}))), 0);
}

TEST_F(Stage, AnObjectThatIsGoneIsNamedAndNewOnesAreNotPartOfTheDataSet) {
  put("d/a.csv", rows());
  put("d/b.csv", rows());
  const StageRequest request = stage_request("d/", "csv", {{"label", 2}});
  std::filesystem::rename(path("bucket/d/b.csv"), path("bucket/d/c.csv"));
  EXPECT_NE(stage(write(request)), 0);
  EXPECT_THAT(staged().message, HasSubstr("d/b.csv: "));
  EXPECT_FALSE(has("data/train.h5"));
  std::filesystem::rename(path("bucket/d/c.csv"), path("bucket/d/b.csv"));
  put("d/c.csv", rows());
  ASSERT_EQ(stage(write(request)), 0) << staged().message;
  EXPECT_EQ(staged().samples, 20);
}

TEST_F(Stage, BadDataLeaveAMessageAndNoFile) {
  put("a.csv", "1,2,0\n1,x,0\n");
  EXPECT_EQ(stage(write(stage_request("a.csv", "csv", {{"label", 2}}))), 2);
  EXPECT_THAT(staged().message, HasSubstr("a.csv:2: column 1: 'x'"));
  EXPECT_FALSE(has("data/train.h5"));
}

TEST_F(Stage, WhatIsCompleteIsNotTouchedAgain) {
  put("a.csv", rows());
  const std::string request = write(stage_request("a.csv", "csv", {{"label", 2}}));
  ASSERT_EQ(stage(request), 0);
  const auto written = std::filesystem::last_write_time(path("data/train.h5"));
  std::filesystem::remove(path("bucket/a.csv"));
  std::filesystem::remove(path("data/staged.json"));
  EXPECT_EQ(stage(request), 0);
  EXPECT_EQ(staged().samples, 10);
  EXPECT_EQ(std::filesystem::last_write_time(path("data/train.h5")), written);
}

TEST_F(Stage, RawFilesAreCopiedAsTheyAre) {
  put("d/a.txt", "A");
  put("d/sub/b.txt", "B");
  ASSERT_EQ(stage(write(stage_request("d/", "raw"))), 0) << staged().message;
  EXPECT_EQ(read_file(path("data/files/sub/b.txt")), "B");
  EXPECT_EQ(staged().size_bytes, 2);
  int entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path("data"))) ++entries;
  EXPECT_EQ(entries, 5);  // digests, files, sources.jsonl, stage.json, staged.json
}

TEST_F(Stage, RemovesWhatAKilledStageJobWasWriting) {
  put("a.csv", rows());
  std::filesystem::create_directory(path("data/staging"));
  write_atomically(path("data/staging/train.h5.tmp-aaaaaa"), "old");
  ASSERT_EQ(stage(write(stage_request("a.csv", "csv", {{"label", 2}}))), 0);
  EXPECT_FALSE(has("data/staging"));
}

TEST_F(Stage, WaitsForAnotherStageJobOfTheSameDataSetAndUsesWhatItHasMade) {
  put("a.csv", rows());
  const std::string request = write(stage_request("a.csv", "csv", {{"label", 2}}));
  ASSERT_EQ(stage(request), 0);
  std::filesystem::rename(path("data/train.h5"), path("of-the-other.h5"));
  int exit_code = -1;
  std::optional<StagingFolder> other(path("data"));
  std::thread waiting([&] { exit_code = stage(request); });
  std::filesystem::rename(path("of-the-other.h5"), path("data/train.h5"));
  const auto written = std::filesystem::last_write_time(path("data/train.h5"));
  other.reset();
  waiting.join();
  EXPECT_EQ(exit_code, 0);
  EXPECT_EQ(std::filesystem::last_write_time(path("data/train.h5")), written);
}

TEST_F(Stage, NotesTheDigestOfEveryUnitOfEveryObject) {
  const IdxFiles files(10);
  put("images", files.images);
  put("labels", files.labels);
  StageRequest request = stage_request("images", "idx");
  request.objects.push_back(objects("labels").front());
  ASSERT_EQ(stage(write(request)), 0) << staged().message;
  const Json digests = parse_json(staged_file().text_attribute("/", "digests"), "digests");
  const Json expected = {{0, 0, 16, sha256(files.images.substr(0, 16))},
                         {0, 16, 60, sha256(files.images.substr(16))},
                         {1, 0, 18, sha256(files.labels)}};
  EXPECT_EQ(digests, expected);
}

}  // namespace
}  // namespace trainyard
