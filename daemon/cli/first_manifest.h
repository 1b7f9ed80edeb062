// The manifests that `trainyard init` writes. `folder`, an absolute path, is where they look for the data and
// store the results. They can be submitted unchanged, and this release can run them, once the data are there.
// Throws Error{invalid} if no URL can name `folder`.
#pragma once
#include <string>

namespace trainyard {

std::string first_train_manifest(const std::string& folder);
std::string first_command_manifest(const std::string& folder);

}  // namespace trainyard
