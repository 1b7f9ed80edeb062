#pragma once
#include "kernels/layers/layer.h"

namespace trainyard {

enum class Activation { none, relu, tanh };

// output = activation(input · weightsᵀ + biases); weights are [units, inputs].
class Dense final : public Layer {
 public:
  Dense(std::int64_t inputs, std::int64_t units, Activation activation)
      : inputs_(inputs), units_(units), activation_(activation) {}

  std::vector<ParameterPart> parts() const override;
  void initialize(float* parameters, Philox& random) const override;
  void forward(Backend& backend, const ForwardPass& pass) const override;
  void backward(Backend& backend, const BackwardPass& pass) const override;

 private:
  std::int64_t biases_offset() const { return units_ * inputs_; }

  std::int64_t inputs_, units_;
  Activation activation_;
};

}  // namespace trainyard
