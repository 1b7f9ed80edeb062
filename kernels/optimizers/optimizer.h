// Optimizer: updates parameters by their gradient. Its states, such as the momentum, are in the device's
// memory.
#pragma once
#include <memory>

#include "kernels/backend.h"
#include "kernels/spec/training.h"

namespace trainyard {

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  // Updates all parameters, as many as the optimizer was made for, by one step.
  virtual void step(float* parameters, const float* gradient) = 0;
};

std::unique_ptr<Optimizer> make_optimizer(const OptimizerSpec& optimizer, Backend& backend,
                                          std::int64_t count);

}  // namespace trainyard
