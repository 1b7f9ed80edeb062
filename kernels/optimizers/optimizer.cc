#include "kernels/optimizers/optimizer.h"

#include "daemon/base/error.h"

namespace trainyard {
namespace {

class Sgd final : public Optimizer {
 public:
  Sgd(const OptimizerSpec& spec, Backend& backend, std::int64_t count)
      : backend_(backend),
        step_{static_cast<float>(spec.number("learning_rate")), static_cast<float>(spec.number("momentum")),
              static_cast<float>(spec.number("weight_decay"))},
        velocity_(backend, count) {}

  void step(float* parameters, const float* gradient) override {
    backend_.sgd(parameters, velocity_.data(), gradient, velocity_.size(), step_);
  }

 private:
  Backend& backend_;
  SgdStep step_;
  DeviceArray<float> velocity_;
};

class Adam final : public Optimizer {
 public:
  Adam(const OptimizerSpec& spec, Backend& backend, std::int64_t count)
      : backend_(backend),
        step_{static_cast<float>(spec.number("learning_rate")), static_cast<float>(spec.number("beta1")),
              static_cast<float>(spec.number("beta2")), static_cast<float>(spec.number("epsilon")), 0},
        mean_(backend, count),
        mean_square_(backend, count) {}

  void step(float* parameters, const float* gradient) override {
    ++step_.step;
    backend_.adam(parameters, mean_.data(), mean_square_.data(), gradient, mean_.size(), step_);
  }

 private:
  Backend& backend_;
  AdamStep step_;
  DeviceArray<float> mean_;
  DeviceArray<float> mean_square_;
};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const OptimizerSpec& optimizer, Backend& backend,
                                          std::int64_t count) {
  if (optimizer.kind == "sgd") return std::make_unique<Sgd>(optimizer, backend, count);
  if (optimizer.kind == "adam") return std::make_unique<Adam>(optimizer, backend, count);
  throw Error(ErrorKind::internal, "optimizer " + optimizer.kind + " has a name but no code");
}

}  // namespace trainyard
