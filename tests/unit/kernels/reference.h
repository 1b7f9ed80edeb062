// Reference implementation of network and losses: slow and simple, in double precision. The tests compare the
// back-ends with it.
#pragma once
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace trainyard {

struct ReferenceLayer {
  std::int64_t inputs, units;
  std::string activation;
};

inline double activate(const std::string& activation, double value) {
  if (activation == "relu") return value > 0 ? value : 0;
  return activation == "tanh" ? std::tanh(value) : value;
}

// Returns the network's outputs for the inputs `values`. `parameters` has the layout of the model's arena:
// each layer's [units, inputs] weights, then its biases.
inline std::vector<double> reference_outputs(const std::vector<ReferenceLayer>& layers,
                                             const std::vector<double>& parameters,
                                             std::vector<double> values) {
  const double* next = parameters.data();
  for (const ReferenceLayer& layer : layers) {
    const double* biases = next + layer.units * layer.inputs;
    std::vector<double> outputs;
    for (std::int64_t unit = 0; unit < layer.units; ++unit) {
      double sum = biases[unit];
      for (std::int64_t i = 0; i < layer.inputs; ++i)
        sum += next[unit * layer.inputs + i] * values[static_cast<std::size_t>(i)];
      outputs.push_back(activate(layer.activation, sum));
    }
    next = biases + layer.units;
    values = outputs;
  }
  return values;
}

inline double reference_cross_entropy(const std::vector<double>& outputs, std::int32_t label) {
  double sum = 0;
  for (double output : outputs) sum += std::exp(output);
  return std::log(sum) - outputs[static_cast<std::size_t>(label)];
}

inline double reference_squared_error(const std::vector<double>& outputs, const double* targets) {
  double sum = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    sum += (outputs[i] - targets[i]) * (outputs[i] - targets[i]);
  return sum / static_cast<double>(outputs.size());
}

}  // namespace trainyard
