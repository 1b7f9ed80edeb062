// Tests of scratch files, and of base/hdf5 that they use, on a real file system.
#include "kernels/scratch_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

ScratchLayout three_images() {
  ScratchLayout layout;
  layout.shape = {1, 2, 2};
  layout.train_count = 2;
  layout.test_count = 1;
  layout.classes = 3;
  layout.scale = 0.25;
  layout.sources = R"({"source": "file:///srv/images.csv"})";
  return layout;
}

const std::uint8_t pixels[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
const std::int32_t labels[] = {0, 2, 1};

void write_three_images(const std::string& path) {
  ScratchWriter writer(path, three_images());
  writer.append(Split::train, pixels, labels, 1);
  writer.append(Split::test, pixels + 8, labels + 2, 1);
  writer.append(Split::train, pixels + 4, labels + 1, 1);
  writer.commit();
}

TEST(ScratchFile, SaysWhatWasWritten) {
  TemporaryDirectory directory;
  std::string path = directory.file("train.h5");
  write_three_images(path);
  ScratchInfo info = read_scratch_info(path);
  EXPECT_EQ(info.version, 1);
  EXPECT_EQ(info.shape, (std::vector<std::int64_t>{1, 2, 2}));
  EXPECT_EQ(info.type, ElementType::u8);
  EXPECT_EQ(info.train_count, 2);
  EXPECT_EQ(info.test_count, 1);
  EXPECT_EQ(info.classes, 3);
  EXPECT_EQ(info.scale, 0.25);
  EXPECT_EQ(info.sources, three_images().sources);
}

TEST(ScratchFile, HoldsItsSamplesAtTheOffsetItNames) {
  TemporaryDirectory directory;
  std::string path = directory.file("train.h5");
  write_three_images(path);
  Hdf5File file = Hdf5File::open(path);
  Hdf5Dataset samples = file.dataset(scratch_names::train_samples);
  std::string bytes = read_range(path, samples.offset().value(), 8);
  ASSERT_EQ(bytes.size(), 8U);
  EXPECT_EQ(std::memcmp(bytes.data(), pixels, 8), 0);
  EXPECT_EQ(file.dataset(scratch_names::train_labels).read<std::int32_t>(),
            (std::vector<std::int32_t>{0, 2}));
}

TEST(ScratchFile, HoldsTargetsWhereThereAreNoClasses) {
  TemporaryDirectory directory;
  std::string path = directory.file("train.h5");
  ScratchLayout layout;
  layout.type = ElementType::f32;
  layout.shape = {1};
  layout.train_count = 2;
  layout.targets = 2;
  const float samples[] = {1, 2};
  const float targets[] = {1, 2, 3, 4};
  ScratchWriter writer(path, layout);
  writer.append(Split::train, samples, targets, 2);
  writer.commit();
  EXPECT_EQ(read_scratch_info(path).targets, 2);
  EXPECT_EQ(read_scratch_info(path).test_count, 0);
  EXPECT_EQ(Hdf5File::open(path).dataset(scratch_names::train_labels).read<float>(),
            (std::vector<float>{1, 2, 3, 4}));
}

TEST(ScratchFile, AppearsOnlyWhenComplete) {
  TemporaryDirectory directory;
  std::string path = directory.file("train.h5");
  {
    ScratchWriter writer(path, three_images());
    writer.append(Split::train, pixels, labels, 2);
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_THROW(writer.commit(), Error) << "a test sample is missing";
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(ScratchFile, RefusesALabelThatIsNoClass) {
  TemporaryDirectory directory;
  ScratchWriter writer(directory.file("train.h5"), three_images());
  const std::int32_t wrong[] = {3};
  EXPECT_THROW(writer.append(Split::train, pixels, wrong, 1), Error);
}

TEST(ScratchFile, RefusesMoreSamplesThanAnnounced) {
  TemporaryDirectory directory;
  ScratchWriter writer(directory.file("train.h5"), three_images());
  EXPECT_THROW(writer.append(Split::test, pixels, labels, 2), Error);
}

TEST(ScratchFile, KeepsSourcesOfAnyLength) {
  TemporaryDirectory directory;
  ScratchLayout layout = three_images();
  layout.sources = '"' + std::string(200000, 'x') + '"';
  ScratchWriter writer(directory.file("train.h5"), layout);
  writer.append(Split::train, pixels, labels, 2);
  writer.append(Split::test, pixels, labels, 1);
  writer.commit();
  EXPECT_EQ(read_scratch_info(directory.file("train.h5")).sources, layout.sources);
}

TEST(ScratchFile, IsNotReadWhenItIsSomethingElse) {
  TemporaryDirectory directory;
  write_atomically(directory.file("train.h5"), "not HDF5 at all");
  try {
    read_scratch_info(directory.file("train.h5"));
    FAIL() << "text passed for HDF5";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid);
    EXPECT_NE(std::string(e.what()).find("train.h5"), std::string::npos);
  }
}

TEST(ScratchFile, IsNotReadWhenItIsTruncated) {
  TemporaryDirectory directory;
  std::string path = directory.file("train.h5");
  write_three_images(path);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  EXPECT_THROW(read_scratch_info(path), Error);
}

TEST(Hdf5, NamesFileAndObjectWhenSomethingIsNotThere) {
  TemporaryDirectory directory;
  std::string path = directory.file("train.h5");
  write_three_images(path);
  Hdf5File file = Hdf5File::open(path);
  try {
    file.dataset("/train/weights");
    FAIL() << "found what is not there";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::not_found);
    EXPECT_EQ(std::string(e.what()), path + ":/train/weights: not in the file");
  }
  EXPECT_THROW(Hdf5File::open(directory.file("other.h5")), Error);
  EXPECT_THROW(file.dataset(scratch_names::train_labels).read<float>(), Error);
}

}  // namespace
}  // namespace trainyard
