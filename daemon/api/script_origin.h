// Where a batch script comes from, as its submitter says it: {"path", "directory", "host", "umask",
// "variables"}.
#pragma once
#include "daemon/base/json.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

// Gives every batch script among the manifests its origin. Error{invalid} names what is missing or wrong in
// `from`, which is not looked at where there is none.
void set_script_origin(std::vector<Manifest>& manifests, const Json& from);

}  // namespace trainyard
