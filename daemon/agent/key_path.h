// The path of an object's file.
#pragma once
#include <string>

namespace trainyard {

// Returns the path of an object's file below `folder`, by the object's key. Error{invalid} for a key that
// would lead out of `folder`, or that cannot be the name of a file.
std::string path_below(const std::string& folder, const std::string& key);

}  // namespace trainyard
