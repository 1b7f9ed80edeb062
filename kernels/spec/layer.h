// The kinds of layers: their names, their parameters, and the shapes of their outputs. To add a kind of
// layer, add an entry to layer_kinds(), add its shape and its number of parameters in layer.cc, and then its
// computation in kernels/layers/.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/spec/table.h"

namespace trainyard {

// The sizes of one sample's dimensions: [1, 8, 8] or [64]. The number of samples in the batch is not among
// them.
using Shape = std::vector<std::int64_t>;

std::int64_t element_count(const Shape& shape);
std::string to_string(const Shape& shape);  // "[1, 8, 8]"

// A layer, in a manifest { <kind> = <principal>, <parameter> = … }: { dense = 128, activation = "relu" }.
using LayerSpec = KindSpec;

const KindTable& layer_kinds();

// Convert a layer to and from JSON, as in a manifest: {"dense": 128, "activation": "relu"}. Error{invalid}
// says what is wrong with the JSON.
Json layer_to_json(const LayerSpec& layer);
LayerSpec layer_from_json(const Json& json);

// Convert a list of layers to and from JSON. Errors name a layer by its number in the list, from 1.
Json layers_to_json(const std::vector<LayerSpec>& layers);
std::vector<LayerSpec> layers_from_json(const Json& json);

// Returns the shape of the layer's output for one sample. Throws Error{invalid} if the layer cannot take this
// input.
Shape output_shape(const LayerSpec& layer, const Shape& input);

// Returns the number of parameters that the layer learns.
std::int64_t parameter_count(const LayerSpec& layer, const Shape& input);

// The shapes and the numbers of parameters of a network's layers.
struct NetworkSize {
  std::vector<Shape> shapes;             // of the input, then of the output of each layer
  std::vector<std::int64_t> parameters;  // of each layer
  std::int64_t total_parameters = 0;
};

// Computes the size of a network for this input. Throws Error{invalid} if a layer cannot take its input,
// naming it by its number, from 1: "layer 2 (dense): …".
NetworkSize network_size(const std::vector<LayerSpec>& layers, const Shape& input);

// Estimates the bytes that one rank needs for its model and one local batch: weights, gradients,
// `optimizer_states` numbers per weight (optimizer_states() in training.h), activations and their gradients.
// The data set is not included.
std::int64_t memory_estimate_bytes(const NetworkSize& network, std::int64_t optimizer_states,
                                   std::int64_t local_batch);

}  // namespace trainyard
