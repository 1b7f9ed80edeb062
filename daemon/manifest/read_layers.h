// Layers and optimizers as they are written, checked against the tables of kernels/spec/.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/manifest/node.h"
#include "daemon/manifest/problems.h"
#include "kernels/spec/table.h"

namespace trainyard {

// The node as a parameter's value; nothing, and a problem beginning with `path`, when it is none.
std::optional<Value> read_parameter(const Node& node, const ParameterInfo& parameter, const std::string& path,
                                    Problems& problems);

// { dense = 128, activation = "relu" }: a kind, its principal parameter, and the others beside it.
std::optional<KindSpec> read_layer(const Node& node, const KindTable& kinds, const std::string& path,
                                   Problems& problems);

// { sgd = { learning_rate = 0.1 } }: one kind, and its parameters within.
std::optional<KindSpec> read_optimizer(const Node& node, const KindTable& kinds, const std::string& path,
                                       Problems& problems);

}  // namespace trainyard
