// What a layer is called, what it takes and what it yields. A new kind of layer begins here:
// one entry in layer_kinds(), and its shape, parameters and memory in layers.cc; then kernels/layers/.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/spec/table.h"

namespace trainyard {

// Sizes of one sample, without the batch: [1, 8, 8] or [64].
using Shape = std::vector<std::int64_t>;

std::int64_t element_count(const Shape& shape);
std::string to_string(const Shape& shape);  // "[1, 8, 8]"

// Written { <kind> = <principal>, <parameter> = … }: { dense = 128, activation = "relu" }.
using LayerSpec = KindSpec;

const KindTable& layer_kinds();

// As in a manifest: {"dense": 128, "activation": "relu"}. Error{invalid} says what is wrong with it.
Json layer_to_json(const LayerSpec& layer);
LayerSpec layer_from_json(const Json& json);

// A list of those; errors name the layer by its place, from 1.
Json layers_to_json(const std::vector<LayerSpec>& layers);
std::vector<LayerSpec> layers_from_json(const Json& json);

// What the layer yields for one sample; Error{invalid} when it cannot take such input.
Shape output_shape(const LayerSpec& layer, const Shape& input);

// How many numbers it learns.
std::int64_t parameter_count(const LayerSpec& layer, const Shape& input);

// The network as a whole: what flows between the layers, and what it needs.
struct NetworkSize {
  std::vector<Shape> shapes;             // the input, then what each layer yields
  std::vector<std::int64_t> parameters;  // of each layer
  std::int64_t total_parameters = 0;
};

// Error{invalid} names the layer by its place, from 1: "layer 2 (dense): …".
NetworkSize network_size(const std::vector<LayerSpec>& layers, const Shape& input);

// Bytes one rank needs for its model and one local batch, about: weights, gradients, the optimizer's
// `optimizer_states` numbers per weight (optimizers.h), activations and their gradients; not the data set.
std::int64_t memory_estimate_bytes(const NetworkSize& network, std::int64_t optimizer_states,
                                   std::int64_t local_batch);

}  // namespace trainyard
