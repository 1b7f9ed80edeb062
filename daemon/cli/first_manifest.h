// What `trainyard init` writes: manifests that can be submitted as they are, and run by this release, once
// the data are in `folder`, a whole path, where the results go, too. Error{invalid} where no URL can name it.
#pragma once
#include <string>

namespace trainyard {

std::string first_train_manifest(const std::string& folder);
std::string first_command_manifest(const std::string& folder);

}  // namespace trainyard
