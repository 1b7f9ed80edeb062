#include "kernels/layers/layer.h"

#include "daemon/base/error.h"
#include "kernels/layers/dense.h"

namespace trainyard {
namespace {

Activation activation_of(const LayerSpec& layer) {
  const std::string& name = layer.choice("activation");
  if (name == "relu") return Activation::relu;
  return name == "tanh" ? Activation::tanh : Activation::none;
}

}  // namespace

std::unique_ptr<Layer> make_layer(const LayerSpec& layer, const Shape& input) {
  if (layer.kind == "dense")
    return std::make_unique<Dense>(element_count(input), layer.integer("units"), activation_of(layer));
  throw Error(ErrorKind::internal, "layer kind " + layer.kind + " has a name but no code");
}

}  // namespace trainyard
