// Placeholders: {name} in the texts of [command], which is replaced by a run's value of the swept variable.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "daemon/manifest/node.h"

namespace trainyard {

// Returns true if the value can replace a placeholder: a number, a text of one printable line, true or false.
bool is_speakable(const Node& node);

// Returns the text that replaces a placeholder with this value: an integer in decimal, the digits of another
// number as written, the content of a string, true or false. Empty for any other value.
std::string spoken_value(const Node& node);

// Returns `text` with each {name} replaced for which `values` has a value. Placeholders within a value are
// not replaced. ${name} is not replaced either, because it is the shell's. With `for_shell`, a value is
// quoted unless sh would read it as one unchanged word anyway. Returns nullopt if the result would have more
// than `most_bytes`.
std::optional<std::string> fill_placeholders(const std::string& text,
                                             const std::map<std::string, std::string>& values, bool for_shell,
                                             std::size_t most_bytes);

bool has_placeholder(const std::string& text, const std::string& name);

}  // namespace trainyard
