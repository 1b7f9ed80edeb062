// {name} in the texts of [command]: where a swept value goes.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "daemon/manifest/node.h"

namespace trainyard {

// Whether a value can be put into a text: a number, one printable line, true or false.
bool is_speakable(const Node& node);

// What it then is to a program: a number's digits as written, a string's content. Empty for what is no
// scalar.
std::string spoken_value(const Node& node);

// `text` with each {name} of `values` replaced, in one pass: what a value holds is not looked at again.
// ${name} is the shell's and stays. `for_shell`: values are quoted where sh would not read them as one word
// of just these bytes.
// Nothing when more than `most_bytes` would come of it; no more than that is ever allocated.
std::optional<std::string> fill_placeholders(const std::string& text,
                                             const std::map<std::string, std::string>& values, bool for_shell,
                                             std::size_t most_bytes);

bool has_placeholder(const std::string& text, const std::string& name);

}  // namespace trainyard
