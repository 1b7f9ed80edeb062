// The origin of a batch script, as its submitter sends it: {"path", "directory", "host", "umask",
// "variables"}.
#pragma once
#include "daemon/base/json.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

// Sets the origin of every batch script among the manifests. Throws Error{invalid} that names what is missing
// or wrong in `from`. Ignores `from` if there is no batch script.
void set_script_origin(std::vector<Manifest>& manifests, const Json& from);

}  // namespace trainyard
