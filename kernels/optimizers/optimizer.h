// Optimizer: updates parameters from their gradient. Keeps its states on the device.
#pragma once
#include <memory>

#include "kernels/backend.h"
#include "kernels/spec/training.h"

namespace trainyard {

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  // Performs one step over all `count` parameters that the optimizer was made for.
  virtual void step(float* parameters, const float* gradient) = 0;
};

std::unique_ptr<Optimizer> make_optimizer(const OptimizerSpec& optimizer, Backend& backend,
                                          std::int64_t count);

}  // namespace trainyard
