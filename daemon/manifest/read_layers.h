// Reads the layers and optimizers of a manifest, and checks them against the tables of kernels/spec/.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/manifest/node.h"
#include "daemon/manifest/problems.h"
#include "kernels/spec/table.h"

namespace trainyard {

// Returns the node's value if the parameter allows it. If not, returns nullopt and adds a problem, whose
// message begins with `path`.
std::optional<Value> read_parameter(const Node& node, const ParameterInfo& parameter, const std::string& path,
                                    Problems& problems);

// Parses a layer: { dense = 128, activation = "relu" }. One key is the layer's kind, with the kind's
// principal parameter as its value; the other keys are further parameters. Returns nullopt if it added a
// problem.
std::optional<KindSpec> read_layer(const Node& node, const KindTable& kinds, const std::string& path,
                                   Problems& problems);

// Parses an optimizer: { sgd = { learning_rate = 0.1 } }. The only key is the optimizer's kind, its value a
// table of all parameters. Returns nullopt if it added a problem.
std::optional<KindSpec> read_optimizer(const Node& node, const KindTable& kinds, const std::string& path,
                                       Problems& problems);

}  // namespace trainyard
