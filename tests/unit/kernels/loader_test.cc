// Tests of the order of samples, and of which samples each rank gets.
#include "kernels/loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "daemon/base/error.h"
#include "kernels/philox.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

TEST(Philox, GivesThePublishedNumbers) {  // known-answer tests of the Random123 library
  EXPECT_EQ(Philox::block({0, 0, 0, 0}, 0, 0),
            (Philox::Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox::block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0),
            (Philox::Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(SampleOrder, HasEverySampleOnce) {
  std::vector<std::uint32_t> order = sample_order(1797, 1, 3);
  std::sort(order.begin(), order.end());
  std::vector<std::uint32_t> all(1797);
  std::iota(all.begin(), all.end(), 0U);
  EXPECT_EQ(order, all);
}

TEST(SampleOrder, FollowsFromSeedAndEpochAlone) {
  EXPECT_EQ(sample_order(100, 1, 1), sample_order(100, 1, 1));
  EXPECT_NE(sample_order(100, 1, 1), sample_order(100, 1, 2));
  EXPECT_NE(sample_order(100, 1, 1), sample_order(100, 2, 1));
}

TEST(Shares, CoverTheBatchAndDifferByOneAtMost) {
  for (std::int64_t total : {0, 1, 5, 29, 64})
    for (int ranks : {1, 2, 3, 4, 7}) {
      std::int64_t next = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        Range share = share_of(total, rank, ranks);
        EXPECT_EQ(share.first, next);
        EXPECT_GE(share.count, total / ranks);
        EXPECT_LE(share.count, total / ranks + 1);
        next += share.count;
      }
      EXPECT_EQ(next, total);
    }
}

class SmallFile : public testing::Test {
 protected:
  SmallFile() {
    ScratchLayout layout;
    layout.type = ElementType::i32;
    layout.shape = {2};
    layout.train_count = 3;
    layout.classes = 2;
    const std::int32_t samples[] = {1, 2, 3, 4, 5, 6};
    const std::int32_t labels[] = {0, 1, 1};
    ScratchWriter writer(path, layout);
    writer.append(Split::train, samples, labels, 3);
    writer.commit();
  }

  Batch gather(Loss loss, std::vector<std::uint32_t> numbers) const {
    Batch batch;
    Samples(path, read_scratch_info(path), Split::train, loss)
        .gather(numbers.data(), static_cast<std::int64_t>(numbers.size()), batch);
    return batch;
  }

  TemporaryDirectory directory;
  std::string path = directory.file("train.h5");
};

TEST_F(SmallFile, GivesTheSamplesAskedForInTheirOrder) {
  Batch batch = gather(Loss::cross_entropy, {2, 0});
  const auto* values = reinterpret_cast<const std::int32_t*>(batch.samples.data());
  EXPECT_EQ(std::vector<std::int32_t>(values, values + 4), (std::vector<std::int32_t>{5, 6, 1, 2}));
  EXPECT_EQ(batch.labels, (std::vector<std::int32_t>{1, 0}));
}

TEST_F(SmallFile, GivesClassesAsOnesAndZerosWhereTheLossIsOverNumbers) {
  EXPECT_EQ(gather(Loss::mean_squared_error, {1, 0}).targets, (std::vector<float>{0, 1, 1, 0}));
}

TEST_F(SmallFile, HasAHeldOutSplitWithoutSamples) {
  EXPECT_EQ(Samples(path, read_scratch_info(path), Split::test, Loss::cross_entropy).count(), 0);
}

TEST_F(SmallFile, WithALabelThatIsNoClassIsRefused) {
  ScratchInfo info = read_scratch_info(path);
  info.classes = 1;
  EXPECT_THROW(Samples(path, info, Split::train, Loss::cross_entropy), Error);
}

}  // namespace
}  // namespace trainyard
