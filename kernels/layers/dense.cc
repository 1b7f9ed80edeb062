#include "kernels/layers/dense.h"

#include <algorithm>
#include <cmath>

namespace trainyard {

std::vector<ParameterPart> Dense::parts() const {
  return {{"weights", {units_, inputs_}}, {"biases", {units_}}};
}

// Sets the weights to random numbers of a uniform distribution, whose width keeps the variance the same from
// layer to layer: He et al. (2015) before ReLU, Glorot and Bengio (2010) otherwise. Sets the biases to zero.
void Dense::initialize(float* parameters, Philox& random) const {
  const auto fan_in = static_cast<double>(inputs_);
  const auto fan = activation_ == Activation::relu ? fan_in : fan_in + static_cast<double>(units_);
  const auto limit = static_cast<float>(std::sqrt(6.0 / fan));
  for (std::int64_t i = 0; i < biases_offset(); ++i) parameters[i] = (2.0F * random.uniform() - 1.0F) * limit;
  std::fill_n(parameters + biases_offset(), units_, 0.0F);
}

void Dense::forward(Backend& backend, const ForwardPass& pass) const {
  Gemm product;
  product.transpose_b = true;
  product.rows = pass.rows;
  product.columns = units_;
  product.inner = inputs_;
  product.a = pass.input;
  product.b = pass.parameters;
  product.c = pass.output;
  backend.gemm(product);
  backend.add_to_rows(pass.output, pass.parameters + biases_offset(), pass.rows, units_);
  if (activation_ == Activation::relu) backend.relu(pass.output, pass.rows * units_);
  if (activation_ == Activation::tanh) backend.tanh(pass.output, pass.rows * units_);
}

void Dense::backward(Backend& backend, const BackwardPass& pass) const {
  if (activation_ == Activation::relu)
    backend.relu_backward(pass.output_gradient, pass.output, pass.rows * units_);
  if (activation_ == Activation::tanh)
    backend.tanh_backward(pass.output_gradient, pass.output, pass.rows * units_);

  Gemm by_weights;  // [units, inputs] = output_gradientᵀ · input
  by_weights.transpose_a = true;
  by_weights.rows = units_;
  by_weights.columns = inputs_;
  by_weights.inner = pass.rows;
  by_weights.a = pass.output_gradient;
  by_weights.b = pass.input;
  by_weights.c = pass.parameter_gradient;
  backend.gemm(by_weights);
  backend.sum_rows(pass.parameter_gradient + biases_offset(), pass.output_gradient, pass.rows, units_);

  if (pass.input_gradient == nullptr) return;
  Gemm by_input;  // [rows, inputs] = output_gradient · weights
  by_input.rows = pass.rows;
  by_input.columns = inputs_;
  by_input.inner = units_;
  by_input.a = pass.output_gradient;
  by_input.b = pass.parameters;
  by_input.c = pass.input_gradient;
  backend.gemm(by_input);
}

}  // namespace trainyard
