// Formats errors as a compiler does: file, line and column, the message, the line with a caret, and what to
// write instead.
#pragma once
#include <map>
#include <string>

#include "daemon/base/error.h"

namespace trainyard {

// `sources`: the texts of files, by the file names in the problems. A problem whose file is not in `sources`
// is shown without its line.
std::string render(const Problem& problem, const std::map<std::string, std::string>& sources, bool colour);
std::string render(const Error& error, const std::map<std::string, std::string>& sources, bool colour);

}  // namespace trainyard
