// `trainyard-agent stage STAGE.json`: brings a data set from the object store to scratch.
#pragma once
#include <string>

namespace trainyard {

// The data set appears complete or not at all, so staging again, or twice at once, does no harm but takes
// time. staged.json beside the request tells how staging went. Exit codes: 0, 75 (try again), 2, 3, 4, 70.
int stage(const std::string& request_path);

}  // namespace trainyard
