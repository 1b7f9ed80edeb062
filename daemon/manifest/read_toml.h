// From TOML text to Nodes: the one file that knows toml++.
#pragma once
#include <optional>
#include <string_view>

#include "daemon/manifest/node.h"
#include "daemon/manifest/problems.h"

namespace trainyard {

// The text's root table. Nothing, and a problem with its line, when it is no TOML or more than a person
// writes (text_guards.h). Never crashes, whatever the bytes.
std::optional<Node> read_toml(std::string_view text, Problems& problems);

}  // namespace trainyard
