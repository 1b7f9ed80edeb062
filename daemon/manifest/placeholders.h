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

// Returns the text that replaces the placeholder: an integer in decimal, the digits of another number as
// written, a string's content. Empty for a value that is no scalar.
std::string spoken_value(const Node& node);

// Returns `text` with each {name} of `values` replaced, in one pass: placeholders within a value are not
// replaced. ${name} belongs to the shell and is left alone. `for_shell`: a value is quoted unless sh would
// read it as one unchanged word anyway. Returns nullopt, without making the text, if it would have more than
// `most_bytes`.
std::optional<std::string> fill_placeholders(const std::string& text,
                                             const std::map<std::string, std::string>& values, bool for_shell,
                                             std::size_t most_bytes);

bool has_placeholder(const std::string& text, const std::string& name);

}  // namespace trainyard
