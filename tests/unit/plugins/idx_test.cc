#include "plugins/formats/idx/idx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/plugins/store_with_files.h"

namespace trainyard {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string two_images = "\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x02\x01\x02\x03\xff"s;
const std::string two_labels = "\0\0\x08\x01\0\0\0\x02\x04\x07"s;

class Idx : public testing::Test {
 protected:
  std::unique_ptr<SampleReader> open(const std::string& images, const std::string& labels,
                                     const Json& options) {
    std::vector<Object> objects = files_.add("images", images);
    objects.push_back(files_.add("labels", labels).front());
    return make_idx_format()->open(objects, *files_.store, options);
  }
  std::string error(const std::string& images, const std::string& labels,
                    const Json& options = Json::object()) {
    return error_of([&] { open(images, labels, options)->next(100); });
  }

  StoreWithFiles files_;
};

TEST_F(Idx, ImagesAndLabelsAreToldByTheirHeaders) {
  for (bool labels_first : {false, true}) {
    auto reader =
        open(labels_first ? two_labels : two_images, labels_first ? two_images : two_labels, Json::object());
    EXPECT_EQ(reader->info().count, 2);
    EXPECT_EQ(reader->info().classes, 8);
    EXPECT_THAT(reader->info().shape, ElementsAre(1, 1, 2));
    SampleBlock block = reader->next(10);
    EXPECT_THAT(block.labels, ElementsAre(4, 7));
    EXPECT_THAT(block.samples, ElementsAre(std::byte{1}, std::byte{2}, std::byte{3}, std::byte{255}));
    EXPECT_EQ(reader->next(10).count, 0);
  }
}

TEST_F(Idx, ShapeLaysTheImagesOutOtherwise) {
  EXPECT_THAT(open(two_images, two_labels, {{"shape", {2}}})->info().shape, ElementsAre(2));
  EXPECT_THAT(error(two_images, two_labels, {{"shape", {3}}}), HasSubstr("shape = [3]"));
}

TEST_F(Idx, FilesThatDoNotFitAreRefused) {
  EXPECT_THAT(error(two_images, "\0\0\x08\x01\0\0\0\x01\x04"s), HasSubstr("2 samples, but"));
  EXPECT_THAT(error(two_images.substr(0, 18), two_labels), HasSubstr("images: shorter than its header says"));
  EXPECT_THAT(error(two_images + "x", two_labels), HasSubstr("images: longer than its header says"));
  EXPECT_THAT(error(two_images, two_labels + "x"), HasSubstr("labels: longer than its header says"));
  EXPECT_THAT(error(two_images, "1,2,3,4"), HasSubstr("labels: not an IDX file"));
  EXPECT_THAT(error("\0\0\x0d\x03"s, two_labels), HasSubstr("not unsigned byte"));
  EXPECT_THAT(error(two_images, two_images), HasSubstr("a second file of samples"));
}

}  // namespace
}  // namespace trainyard
