// Tests of losses and optimizer steps against values calculated by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "daemon/base/error.h"
#include "kernels/optimizers/optimizer.h"

namespace trainyard {
namespace {

struct Arithmetic : testing::Test {
  std::unique_ptr<Backend> backend = make_backend(Device::cpu);
};
using Losses = Arithmetic;
using Optimizers = Arithmetic;
using SampleValues = Arithmetic;

TEST_F(Losses, OfEqualScoresIsTheLogarithmOfTheClasses) {
  const float scores[] = {0.5F, 0.5F, 0.5F, 0.5F};
  const std::int32_t label[] = {2};
  float sums[2] = {0, 0}, gradient[4];
  backend->softmax_cross_entropy(sums, gradient, scores, label, 1, 4, 1.0F);
  EXPECT_FLOAT_EQ(sums[0], std::log(4.0F));
  EXPECT_FLOAT_EQ(gradient[0], 0.25F);
  EXPECT_FLOAT_EQ(gradient[2], -0.75F);
}

TEST_F(Losses, CountTheRowsThatAreRight) {
  const float scores[] = {3, 1, 1, 3, 2, 1};
  const std::int32_t label[] = {0, 1, 1};
  float sums[2] = {0, 0};
  backend->softmax_cross_entropy(sums, nullptr, scores, label, 3, 2, 1.0F);
  EXPECT_EQ(sums[1], 2.0F);
}

TEST_F(Losses, OfHugeScoresDoNotOverflow) {
  const float scores[] = {1e4F, -1e4F};
  const std::int32_t label[] = {1};
  float sums[2] = {0, 0};
  backend->softmax_cross_entropy(sums, nullptr, scores, label, 1, 2, 1.0F);
  EXPECT_FLOAT_EQ(sums[0], 2e4F);
}

TEST_F(Losses, OfWhatIsNoNumberAreNoNumber) {
  const float scores[] = {std::numeric_limits<float>::quiet_NaN(), 1};
  const std::int32_t label[] = {1};
  float sums[2] = {0, 0};
  backend->softmax_cross_entropy(sums, nullptr, scores, label, 1, 2, 1.0F);
  EXPECT_TRUE(std::isnan(sums[0]));
}

TEST_F(Losses, OfNumbersAreTheMeanOfTheSquares) {
  const float outputs[] = {1, 2, 3, 4}, targets[] = {0, 0, 3, 2};
  float sums[2] = {0, 0}, gradient[4];
  backend->mean_squared_error(sums, gradient, outputs, targets, 2, 2, 0.5F);
  EXPECT_FLOAT_EQ(sums[0], 2.5F + 2.0F);
  EXPECT_FLOAT_EQ(gradient[1], 1.0F);  // 2 × 2 / 2 × 0.5
  EXPECT_EQ(sums[1], 0.0F);
}

TEST_F(Optimizers, SgdKeepsItsMomentumAndDecaysWeights) {
  OptimizerSpec spec =
      optimizer_from_json({{"sgd", {{"learning_rate", 0.1}, {"momentum", 0.5}, {"weight_decay", 0.01}}}});
  auto sgd = make_optimizer(spec, *backend, 1);
  float parameter = 1.0F;
  const float gradient = 2.0F;
  sgd->step(&parameter, &gradient);  // velocity 2 + 0.01 × 1
  EXPECT_FLOAT_EQ(parameter, 0.799F);
  sgd->step(&parameter, &gradient);  // velocity 0.5 × 2.01 + 2 + 0.01 × 0.799
  EXPECT_FLOAT_EQ(parameter, 0.799F - 0.1F * 3.01299F);
}

TEST_F(Optimizers, AdamTakesTheFirstStepByTheSignOfTheGradientAlone) {
  OptimizerSpec spec = optimizer_from_json({{"adam", {{"learning_rate", 0.1}}}});
  auto adam = make_optimizer(spec, *backend, 2);
  float parameters[] = {1.0F, 1.0F};
  const float gradient[] = {100.0F, -0.01F};
  adam->step(parameters, gradient);
  EXPECT_NEAR(parameters[0], 0.9F, 1e-6);
  EXPECT_NEAR(parameters[1], 1.1F, 1e-6);
}

TEST_F(Optimizers, AdamFollowsItsPaperOnTheSecondStep) {
  OptimizerSpec spec = optimizer_from_json({{"adam", {{"learning_rate", 0.1}}}});
  auto adam = make_optimizer(spec, *backend, 1);
  float parameter = 0.0F;
  const float first = 1.0F, second = 3.0F;
  adam->step(&parameter, &first);
  adam->step(&parameter, &second);
  const double mean = (0.9 * 0.1 * 1 + 0.1 * 3) / (1 - 0.9 * 0.9);
  const double mean_square = (0.999 * 0.001 * 1 + 0.001 * 9) / (1 - 0.999 * 0.999);
  EXPECT_NEAR(parameter, -0.1 - 0.1 * mean / std::sqrt(mean_square), 1e-5);
}

TEST_F(SampleValues, OfAnyTypeAreScaled) {
  const std::uint8_t bytes[] = {0, 16, 255};
  const std::int32_t integers[] = {-4, 8};
  float out[3];
  backend->upload_samples(out, reinterpret_cast<const std::byte*>(bytes), ElementType::u8, 3, 0.0625F);
  EXPECT_FLOAT_EQ(out[1], 1.0F);
  EXPECT_FLOAT_EQ(out[2], 15.9375F);
  backend->upload_samples(out, reinterpret_cast<const std::byte*>(integers), ElementType::i32, 2, 0.5F);
  EXPECT_FLOAT_EQ(out[0], -2.0F);
}

TEST(Backends, SayThatThereIsNoCudaYet) {
  try {
    make_backend(Device::gpu);
    FAIL() << "a GPU back-end from nowhere";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid);
  }
}

}  // namespace
}  // namespace trainyard
