// Makes the texts of the manifests that `trainyard init` writes. The manifests name data in `folder`, an
// absolute path, and store the results there, too. When the data are there, the manifests can be submitted
// unchanged. Every function throws Error{invalid} if no URL can name `folder`.
#pragma once
#include <string>

namespace trainyard {

std::string first_train_manifest(const std::string& folder);
std::string first_command_manifest(const std::string& folder);

}  // namespace trainyard
