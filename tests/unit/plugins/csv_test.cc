#include "plugins/formats/delimited/delimited.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "tests/unit/plugins/store_with_files.h"

namespace trainyard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Csv : public testing::Test {
 protected:
  std::unique_ptr<SampleReader> open(std::string_view text, const Json& options) {
    return make_csv_format()->open(files_.add("a.csv", text), *files_.store, options);
  }
  std::string error(std::string_view text, const Json& options) {
    return error_of([&] { open(text, options)->next(100); });
  }

  StoreWithFiles files_;
};

std::vector<float> as_floats(const SampleBlock& block) {
  std::vector<float> values(block.samples.size() / sizeof(float));
  std::memcpy(values.data(), block.samples.data(), block.samples.size());
  return values;
}

TEST_F(Csv, IsBytesAndClassesWhenEveryValueIsOne) {
  auto reader = open("1,2,0\n3,255,2\n", {{"label", 2}});
  EXPECT_EQ(reader->info().count, 2);
  EXPECT_EQ(reader->info().type, SampleType::u8);
  EXPECT_EQ(reader->info().classes, 3);
  EXPECT_THAT(reader->info().shape, ElementsAre(2));
  SampleBlock block = reader->next(10);
  EXPECT_THAT(block.samples, ElementsAre(std::byte{1}, std::byte{2}, std::byte{3}, std::byte{255}));
  EXPECT_THAT(block.labels, ElementsAre(0, 2));
  EXPECT_EQ(reader->next(10).count, 0);
}

TEST_F(Csv, IsFloatsAsSoonAsOneValueIsNoByte) {
  auto reader = open("1,2,0\n-3,0.5,1\n", {{"label", 2}});
  EXPECT_EQ(reader->info().type, SampleType::f32);
  EXPECT_THAT(as_floats(reader->next(10)), ElementsAre(1, 2, -3, 0.5));
}

TEST_F(Csv, LabelsThatAreNoClassesAreTargets) {
  auto reader = open("1,2,0.5\n3,4,-1\n", {{"label", 2}});
  EXPECT_EQ(reader->info().classes, 0);
  EXPECT_EQ(reader->info().target_width, 1);
  EXPECT_THAT(reader->next(10).targets, ElementsAre(0.5, -1));
}

TEST_F(Csv, TheLabelMayStandAnywhereAndHaveAName) {
  auto reader =
      open("\xef\xbb\xbf\"kind\", x ,y\r\n1, 5 ,\"6\"\r\n\r\n0,7,8", {{"label", "kind"}, {"header", true}});
  SampleBlock block = reader->next(10);
  EXPECT_THAT(block.labels, ElementsAre(1, 0));
  EXPECT_THAT(block.samples, ElementsAre(std::byte{5}, std::byte{6}, std::byte{7}, std::byte{8}));
}

TEST_F(Csv, RowsComeInBlocksInTheirOrder) {
  auto reader = open("1,0\n2,0\n3,0\n", {{"label", 1}});
  EXPECT_EQ(reader->next(2).count, 2);
  EXPECT_THAT(reader->next(2).samples, ElementsAre(std::byte{3}));
  EXPECT_EQ(reader->next(2).count, 0);
}

TEST_F(Csv, AFolderIsItsObjectsInTheOrderOfTheirNames) {
  files_.add("d/b.csv", "x,l\n3,1\n");
  files_.add("d/a.csv", "x,l\n1,0\n");
  auto reader = make_csv_format()->open(files_.store->list(files_.url("d/")), *files_.store,
                                        {{"label", "l"}, {"header", true}});
  EXPECT_THAT(reader->next(10).samples, ElementsAre(std::byte{1}, std::byte{3}));
}

TEST_F(Csv, ShapeMustHoldTheColumns) {
  EXPECT_THAT(open("1,2,3,4,0\n", {{"label", 4}, {"shape", {1, 2, 2}}})->info().shape, ElementsAre(1, 2, 2));
  EXPECT_THAT(error("1,2,3,4,0\n", {{"label", 4}, {"shape", {1, 8, 8}}}), HasSubstr("[1,8,8]"));
  EXPECT_THAT(error("1,2,3,4,0\n", {{"label", 4}, {"shape", {3}}}), HasSubstr("the 4 values"));
}

TEST_F(Csv, BadDataAreNamedByObjectLineColumnAndValue) {
  EXPECT_THAT(error("1,2,0\n1,two,0\n", {{"label", 2}}),
              HasSubstr("a.csv:2: column 1: 'two' is not a finite number"));
  EXPECT_THAT(error("1,2,0\n1,,0\n", {{"label", 2}}), HasSubstr("a.csv:2: column 1: ''"));
  EXPECT_THAT(error("1,2,0\nnan,1,0\n", {{"label", 2}}), HasSubstr("a.csv:2: column 0: 'nan'"));
  EXPECT_THAT(error("1,2,0\n1,0\n", {{"label", 2}}),
              HasSubstr("a.csv:2: 2 values, where the first row has 3"));
  EXPECT_THAT(error("a,b,c\n1,2,0\n", {{"label", 2}}), HasSubstr("say header = true"));
  EXPECT_THAT(error("\n\n", {{"label", 2}}), HasSubstr("no rows"));
}

TEST_F(Csv, AWrongLabelIsExplained) {
  EXPECT_THAT(error("1,2,0\n", {{"label", 3}}), HasSubstr("the columns 0 to 2"));
  EXPECT_THAT(error("1,2,0\n", {{"label", "kind"}}), HasSubstr("a name needs header = true"));
  EXPECT_THAT(error("x,y,kind\n1,2\n", {{"label", "kind"}, {"header", true}}),
              HasSubstr("the header names 3 columns, but a row has 2"));
  EXPECT_THAT(error("x,y,kind\n1,2,0\n", {{"label", "kimd"}, {"header", true}}),
              HasSubstr("did you mean 'kind'?"));
  EXPECT_THAT(error("1,2,0\n", Json::object()), HasSubstr("which column is the label"));
  EXPECT_THAT(error("1\n2\n", {{"label", 0}}), HasSubstr("one column only"));
}

TEST_F(Csv, ATruncatedGzipIsNotAShorterDataSet) {
  const std::string digits = read_file(DIGITS_CSV_GZ);
  EXPECT_THAT(error(digits.substr(0, digits.size() / 2), {{"label", 64}}), HasSubstr("a.csv"));
}

TEST_F(Csv, ReadsTheHandwrittenDigits) {
  auto objects = files_.store->list(std::string("file://") + DIGITS_CSV_GZ);
  auto reader = make_csv_format()->open(objects, *files_.store, {{"label", 64}, {"shape", {1, 8, 8}}});
  EXPECT_EQ(reader->info().count, 1797);
  EXPECT_EQ(reader->info().classes, 10);
  EXPECT_EQ(reader->info().type, SampleType::u8);
  std::int64_t rows = 0;
  for (SampleBlock block = reader->next(500); block.count > 0; block = reader->next(500)) rows += block.count;
  EXPECT_EQ(rows, 1797);
}

}  // namespace
}  // namespace trainyard
