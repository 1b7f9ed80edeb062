// Reads the layers and optimizers of a manifest, and checks them against the tables of kernels/spec/.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/manifest/node.h"
#include "daemon/manifest/problems.h"
#include "kernels/spec/table.h"

namespace trainyard {

// Returns the node as a value of the parameter. If it is none, returns nullopt and adds a problem that begins
// with `path`.
std::optional<Value> read_parameter(const Node& node, const ParameterInfo& parameter, const std::string& path,
                                    Problems& problems);

// Reads { dense = 128, activation = "relu" }: a kind with its principal parameter, and its other parameters
// beside it.
std::optional<KindSpec> read_layer(const Node& node, const KindTable& kinds, const std::string& path,
                                   Problems& problems);

// Reads { sgd = { learning_rate = 0.1 } }: one kind, with its parameters in a table of its own.
std::optional<KindSpec> read_optimizer(const Node& node, const KindTable& kinds, const std::string& path,
                                       Problems& problems);

}  // namespace trainyard
