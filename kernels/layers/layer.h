// Layer: computes outputs and gradients of one layer of a network, on a Backend. A Layer has no values of its
// own: parameters, activations and gradients belong to the Model, which passes them in. Names and parameters
// of the kinds of layers are in kernels/spec/layer.h.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/backend.h"
#include "kernels/philox.h"
#include "kernels/spec/layer.h"

namespace trainyard {

// A part of a layer's parameters, stored in one piece in memory and in the model file.
struct ParameterPart {
  std::string name;  // "weights"
  Shape shape;
};

struct ForwardPass {
  std::int64_t rows;  // samples
  const float* parameters;
  const float* input;  // [rows, inputs]
  float* output;       // [rows, outputs]
};

struct BackwardPass {
  std::int64_t rows;
  const float* parameters;
  const float* input;
  const float* output;
  float* output_gradient;     // is overwritten
  float* parameter_gradient;  // is set
  float* input_gradient;      // is set; nullptr for the first layer
};

class Layer {
 public:
  virtual ~Layer() = default;
  // Returns the parts of the layer's parameters, in their order in memory; together they have
  // parameter_count() numbers.
  virtual std::vector<ParameterPart> parts() const = 0;
  virtual void initialize(float* parameters, Philox& random) const = 0;  // `parameters` is on the host
  virtual void forward(Backend& backend, const ForwardPass& pass) const = 0;
  virtual void backward(Backend& backend, const BackwardPass& pass) const = 0;
};

std::unique_ptr<Layer> make_layer(const LayerSpec& layer, const Shape& input);

}  // namespace trainyard
