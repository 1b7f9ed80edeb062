#include <cmath>

#include "kernels/cpu/cpu_backend.h"

namespace trainyard {

void CpuBackend::sgd(float* parameters, float* velocity, const float* gradient, std::int64_t count,
                     const SgdStep& step) {
  for (std::int64_t i = 0; i < count; ++i) {
    velocity[i] = step.momentum * velocity[i] + gradient[i] + step.weight_decay * parameters[i];
    parameters[i] -= step.learning_rate * velocity[i];
  }
}

void CpuBackend::adam(float* parameters, float* mean, float* mean_square, const float* gradient,
                      std::int64_t count, const AdamStep& step) {
  const auto power = static_cast<double>(step.step);
  const auto mean_correction = static_cast<float>(1.0 / (1.0 - std::pow(double{step.beta1}, power)));
  const auto square_correction = static_cast<float>(1.0 / (1.0 - std::pow(double{step.beta2}, power)));
  for (std::int64_t i = 0; i < count; ++i) {
    mean[i] = step.beta1 * mean[i] + (1.0F - step.beta1) * gradient[i];
    mean_square[i] = step.beta2 * mean_square[i] + (1.0F - step.beta2) * gradient[i] * gradient[i];
    const float root = std::sqrt(mean_square[i] * square_correction);
    parameters[i] -= step.learning_rate * mean[i] * mean_correction / (root + step.epsilon);
  }
}

}  // namespace trainyard
