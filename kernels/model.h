// Model: a sequence of layers. All parameters are in one flat array, and all gradients in another, so that
// the ranks sum, and the optimizer updates, a single array.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/backend.h"
#include "kernels/layers/layer.h"

namespace trainyard {

// Values at the end of the array of gradients, where they are summed over the ranks together with the
// gradients.
struct StepSums {
  float loss = 0.0F;     // sum over this step's samples
  float correct = 0.0F;  // number of correct samples (classes only)
  float stop = 0.0F;     // number of ranks that were asked to stop
};
constexpr std::int64_t step_sums = sizeof(StepSums) / sizeof(float);

class Model {
 public:
  // The initial parameters depend on (seed, layer) alone, so they are the same on every rank. `most_rows`:
  // the most samples at a time.
  Model(Backend& backend, const std::vector<LayerSpec>& layers, const Shape& input, std::int64_t seed,
        std::int64_t most_rows);

  // Returns the values of the last layer, [rows, outputs()].
  const float* forward(const float* input, std::int64_t rows);

  // Computes the gradients of all parameters. Must be called after forward() of the same input, when
  // output_gradient() has been set. If `rows` is 0, sets the gradients to zero.
  void backward(const float* input, std::int64_t rows);

  float* output_gradient() { return output_gradients_.back().data(); }
  float* parameters() { return parameters_.data(); }
  float* gradients() { return gradients_.data(); }  // parameter_count() of them, then StepSums
  float* sums() { return gradients_.data() + size_.total_parameters; }

  std::int64_t parameter_count() const { return size_.total_parameters; }
  std::int64_t exchanged_count() const { return gradients_.size(); }
  std::int64_t outputs() const { return element_count(size_.shapes.back()); }
  std::int64_t inputs() const { return element_count(size_.shapes.front()); }
  std::int64_t most_rows() const { return most_rows_; }

  // A part of a layer's parameters with its values, in the host's memory. save() returns those of all layers.
  struct SavedPart {
    std::size_t layer;
    ParameterPart part;
    std::vector<float> values;
  };
  std::vector<SavedPart> save();

 private:
  void initialize(std::int64_t seed);

  Backend& backend_;
  NetworkSize size_;
  std::int64_t most_rows_;
  std::vector<std::unique_ptr<Layer>> layers_;
  std::vector<std::int64_t> offsets_;  // of each layer's parameters in parameters_
  DeviceArray<float> parameters_;
  DeviceArray<float> gradients_;
  std::vector<DeviceArray<float>> outputs_;  // of each layer
  std::vector<DeviceArray<float>> output_gradients_;
};

}  // namespace trainyard
