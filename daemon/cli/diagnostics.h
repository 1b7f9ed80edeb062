// Errors as a good compiler shows them: where, what, the line itself with a caret, and what to write instead.
#pragma once
#include <map>
#include <string>

#include "daemon/base/error.h"

namespace trainyard {

// `sources`: texts by the names problems use; a problem whose text is not among them goes without its line.
std::string render(const Problem& problem, const std::map<std::string, std::string>& sources, bool colour);
std::string render(const Error& error, const std::map<std::string, std::string>& sources, bool colour);

}  // namespace trainyard
