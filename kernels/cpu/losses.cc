#include <algorithm>
#include <cmath>

#include "kernels/cpu/cpu_backend.h"

namespace trainyard {
namespace {

// Returns log(sum(exp(outputs))) without overflow.
float log_sum_exp(const float* outputs, std::int64_t columns) {
  const float greatest = *std::max_element(outputs, outputs + columns);
  float sum = 0.0F;
  for (std::int64_t c = 0; c < columns; ++c) sum += std::exp(outputs[c] - greatest);
  return greatest + std::log(sum);
}

}  // namespace

void CpuBackend::softmax_cross_entropy(float* sums, float* gradient, const float* outputs,
                                       const std::int32_t* labels, std::int64_t rows, std::int64_t columns,
                                       float weight) {
  double loss = 0.0;
  std::int64_t correct = 0;
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* row = outputs + r * columns;
    const float normalizer = log_sum_exp(row, columns);
    loss += normalizer - row[labels[r]];
    correct += std::max_element(row, row + columns) - row == labels[r] ? 1 : 0;
    if (gradient == nullptr) continue;
    float* row_gradient = gradient + r * columns;
    for (std::int64_t c = 0; c < columns; ++c) row_gradient[c] = weight * std::exp(row[c] - normalizer);
    row_gradient[labels[r]] -= weight;
  }
  sums[0] += static_cast<float>(loss);
  sums[1] += static_cast<float>(correct);
}

void CpuBackend::mean_squared_error(float* sums, float* gradient, const float* outputs, const float* targets,
                                    std::int64_t rows, std::int64_t columns, float weight) {
  double squares = 0.0;
  const float gradient_weight = 2.0F * weight / static_cast<float>(columns);
  for (std::int64_t i = 0; i < rows * columns; ++i) {
    const float difference = outputs[i] - targets[i];
    squares += static_cast<double>(difference) * difference;
    if (gradient != nullptr) gradient[i] = gradient_weight * difference;
  }
  sums[0] += static_cast<float>(squares / static_cast<double>(columns));
}

}  // namespace trainyard
