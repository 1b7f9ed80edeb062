// read_toml(): parses TOML text into Nodes. No other file uses toml++.
#pragma once
#include <optional>
#include <string_view>

#include "daemon/manifest/node.h"
#include "daemon/manifest/problems.h"

namespace trainyard {

// Returns the text's root table. Returns nullopt and adds a problem with its line if the text is not TOML, or
// exceeds the limits of text_guards.h. Does not crash, whatever the bytes are.
std::optional<Node> read_toml(std::string_view text, Problems& problems);

}  // namespace trainyard
