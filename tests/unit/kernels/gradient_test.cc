// Tests of the gradients of whole networks against finite differences of the reference implementation
// (reference.h).
#include <gtest/gtest.h>

#include <functional>

#include "kernels/model.h"
#include "tests/unit/kernels/reference.h"

namespace trainyard {
namespace {

constexpr std::int64_t inputs = 5, outputs = 3, rows = 7;
const std::vector<std::int32_t> labels = {0, 2, 1, 1, 0, 2, 2};

std::vector<float> random_values(std::int64_t count, std::uint64_t stream) {
  Philox random(7, stream);
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(2.0F * random.uniform() - 1.0F);
  return values;
}

LayerSpec dense(std::int64_t units, const std::string& activation) {
  return layer_from_json({{"dense", units}, {"activation", activation}});
}

class Gradients : public testing::TestWithParam<const char*> {
 protected:
  Gradients()
      : model(*backend, {dense(6, GetParam()), dense(4, GetParam()), dense(outputs, "none")}, {inputs}, 3,
              rows),
        twin{{inputs, 6, GetParam()}, {6, 4, GetParam()}, {4, outputs, "none"}} {}

  // Returns the gradient of the loss of rows [first, first + count), divided by the number of rows of the
  // whole batch.
  std::vector<float> cross_entropy_gradient(std::int64_t first, std::int64_t count) {
    const float* in = samples.data() + first * inputs;
    const float* out = model.forward(in, count);
    backend->softmax_cross_entropy(model.sums(), model.output_gradient(), out, labels.data() + first, count,
                                   outputs, 1.0F / rows);
    model.backward(in, count);
    return {model.gradients(), model.gradients() + model.parameter_count()};
  }

  std::vector<float> squared_error_gradient() {
    const float* out = model.forward(samples.data(), rows);
    backend->mean_squared_error(model.sums(), model.output_gradient(), out, targets.data(), rows, outputs,
                                1.0F / rows);
    model.backward(samples.data(), rows);
    return {model.gradients(), model.gradients() + model.parameter_count()};
  }

  using RowLoss = std::function<double(const std::vector<double>& outputs, std::int64_t row)>;

  double mean_loss(const std::vector<double>& parameters, const RowLoss& loss) const {
    double sum = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      std::vector<double> in(samples.begin() + row * inputs, samples.begin() + (row + 1) * inputs);
      sum += loss(reference_outputs(twin, parameters, in), row);
    }
    return sum / rows;
  }

  void expect_slopes(const std::vector<float>& gradient, const RowLoss& loss) {
    constexpr double step = 1e-6;
    std::vector<double> parameters(model.parameters(), model.parameters() + model.parameter_count());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const double here = parameters[i];
      parameters[i] = here + step;
      const double above = mean_loss(parameters, loss);
      parameters[i] = here - step;
      const double below = mean_loss(parameters, loss);
      parameters[i] = here;
      EXPECT_NEAR(gradient[i], (above - below) / (2 * step), 2e-6) << "parameter " << i;
    }
  }

  std::unique_ptr<Backend> backend = make_backend(Device::cpu);
  Model model;
  std::vector<ReferenceLayer> twin;
  std::vector<float> samples = random_values(rows * inputs, 1);
  std::vector<float> targets = random_values(rows * outputs, 2);
};

TEST_P(Gradients, OfCrossEntropyAreItsSlopes) {
  expect_slopes(cross_entropy_gradient(0, rows), [](const std::vector<double>& out, std::int64_t row) {
    return reference_cross_entropy(out, labels[static_cast<std::size_t>(row)]);
  });
}

TEST_P(Gradients, OfMeanSquaredErrorAreItsSlopes) {
  std::vector<double> wanted(targets.begin(), targets.end());
  expect_slopes(squared_error_gradient(), [&](const std::vector<double>& out, std::int64_t row) {
    return reference_squared_error(out, wanted.data() + row * outputs);
  });
}

TEST_P(Gradients, OfUnequalSharesAddUpToThatOfTheBatch) {
  std::vector<float> whole = cross_entropy_gradient(0, rows);
  std::vector<float> first = cross_entropy_gradient(0, 4);
  std::vector<float> second = cross_entropy_gradient(4, 3);
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(first[i] + second[i], whole[i], 1e-6);
}

TEST_P(Gradients, OfARankWithoutSamplesAreZero) {
  cross_entropy_gradient(0, rows);
  for (float value : cross_entropy_gradient(0, 0)) EXPECT_EQ(value, 0.0F);
}

INSTANTIATE_TEST_SUITE_P(Activations, Gradients, testing::Values("none", "relu", "tanh"),
                         [](const auto& info) { return info.param; });

TEST(Model, BeginsWithTheSameParametersForTheSameSeed) {
  auto backend = make_backend(Device::cpu);
  Model one(*backend, {dense(4, "relu")}, {3}, 1, 1);
  Model same(*backend, {dense(4, "relu")}, {3}, 1, 1);
  Model other(*backend, {dense(4, "relu")}, {3}, 2, 1);
  std::vector<float> values(one.parameters(), one.parameters() + one.parameter_count());
  EXPECT_EQ(values, std::vector<float>(same.parameters(), same.parameters() + same.parameter_count()));
  EXPECT_NE(values, std::vector<float>(other.parameters(), other.parameters() + other.parameter_count()));
}

}  // namespace
}  // namespace trainyard
