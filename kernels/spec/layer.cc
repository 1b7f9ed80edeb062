#include "kernels/spec/layer.h"

#include <limits>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr double most_units = 1 << 20;

// ---- dense: every input number to every unit, then the activation

Shape dense_output(const LayerSpec& layer) { return {layer.integer("units")}; }

std::int64_t dense_parameters(const LayerSpec& layer, const Shape& input) {
  return (element_count(input) + 1) * layer.integer("units");
}

// Functions that compute the output shape and the number of parameters of a kind of layer. A new kind needs
// an entry in `rules` and one in layer_kinds().
struct LayerRules {
  const char* kind;
  Shape (*output)(const LayerSpec& layer);
  std::int64_t (*parameters)(const LayerSpec& layer, const Shape& input);
};

constexpr LayerRules rules[] = {
    {"dense", dense_output, dense_parameters},
};

const LayerRules& rules_of(const LayerSpec& layer) {
  for (const LayerRules& known : rules)
    if (layer.kind == known.kind) return known;
  throw Error(ErrorKind::internal, "no rules for layer kind " + layer.kind);
}

const KindInfo& kind_of(const Json& json) {
  for (const KindInfo& kind : layer_kinds())
    if (json.contains(kind.name)) return kind;
  throw Error(ErrorKind::invalid, "layer " + json.dump() + " is of no known kind (" +
                                      join_names(kind_names(layer_kinds())) + ")");
}

}  // namespace

const KindTable& layer_kinds() {
  static const KindTable kinds = {
      {"dense",
       "every input to every unit, then the activation",
       "units",
       {{"units", ValueType::integer, "how many numbers it yields", {}, 1, most_units, {}},
        {"activation",
         ValueType::choice,
         "what is applied to each of them",
         Value(std::string("none")),
         0,
         0,
         {"none", "relu", "tanh"}}}},
  };
  return kinds;
}

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (std::int64_t size : shape) {
    if (size < 1 || count > std::numeric_limits<std::int32_t>::max() / size)
      throw Error(ErrorKind::invalid, "shape " + to_string(shape) + ": sizes must be 1 or more, " +
                                          "and a sample below 2147483648 numbers");
    count *= size;
  }
  return count;
}

std::string to_string(const Shape& shape) {
  std::string text;
  for (std::int64_t size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return '[' + text + ']';
}

Json layer_to_json(const LayerSpec& layer) {
  const KindInfo* kind = find_kind(layer_kinds(), layer.kind);
  Json json = Json::object();
  for (const auto& [name, value] : layer.parameters)
    json[kind && name == kind->principal ? layer.kind : name] = to_json(value);
  return json;
}

LayerSpec layer_from_json(const Json& json) {
  if (!json.is_object())
    throw Error(ErrorKind::invalid, "a layer is written {\"dense\": 128}, not " + json.dump());
  const KindInfo& kind = kind_of(json);
  std::map<std::string, Value> given;
  for (const auto& [key, value] : json.items())
    given[key == kind.name ? kind.principal : key] = value_from_json(value, kind.name + (": " + key));
  return make_spec(kind, given);
}

Json layers_to_json(const std::vector<LayerSpec>& layers) {
  Json json = Json::array();
  for (const LayerSpec& layer : layers) json.push_back(layer_to_json(layer));
  return json;
}

std::vector<LayerSpec> layers_from_json(const Json& json) {
  if (!json.is_array() || json.empty())
    throw Error(ErrorKind::invalid, "layers must be a list of one layer or more");
  std::vector<LayerSpec> layers;
  for (const Json& layer : json) {
    try {
      layers.push_back(layer_from_json(layer));
    } catch (const Error& e) {
      throw Error(e.kind(), "layer " + std::to_string(layers.size() + 1) + ": " + e.what());
    }
  }
  return layers;
}

Shape output_shape(const LayerSpec& layer, const Shape& input) {
  element_count(input);  // throws if `input` is not a shape
  return rules_of(layer).output(layer);
}

std::int64_t parameter_count(const LayerSpec& layer, const Shape& input) {
  return rules_of(layer).parameters(layer, input);
}

NetworkSize network_size(const std::vector<LayerSpec>& layers, const Shape& input) {
  if (layers.empty()) throw Error(ErrorKind::invalid, "a network needs one layer at least");
  NetworkSize size;
  size.shapes.push_back(input);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    try {
      size.shapes.push_back(output_shape(layers[i], size.shapes[i]));
      size.parameters.push_back(parameter_count(layers[i], size.shapes[i]));
    } catch (const Error& e) {
      throw Error(e.kind(), "layer " + std::to_string(i + 1) + " (" + layers[i].kind + "): " + e.what());
    }
    size.total_parameters += size.parameters.back();
  }
  return size;
}

std::int64_t memory_estimate_bytes(const NetworkSize& network, std::int64_t optimizer_states,
                                   std::int64_t local_batch) {
  constexpr std::int64_t float_bytes = 4;
  std::int64_t activations = 0;
  for (const Shape& shape : network.shapes) activations += element_count(shape);
  return float_bytes * (network.total_parameters * (2 + optimizer_states) + 2 * activations * local_batch);
}

}  // namespace trainyard
