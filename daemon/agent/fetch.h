// `trainyard-agent fetch URL DIRECTORY [--json] [--store JSON]`: copies all objects below a URL into a
// folder.
#pragma once
#include <string>

#include "daemon/base/store_access.h"

namespace trainyard {

// Prints a line per object to stdout when the object is copied: "results/model.h5  1.5 MiB", or with `json`
// {"key":…,"path":…,"size_bytes":…}.
int fetch(const std::string& url, const StoreAccess& access, const std::string& directory, bool json);

}  // namespace trainyard
