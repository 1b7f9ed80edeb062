// The `shape` key that formats share.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/json.h"

namespace trainyard {

// options.shape, or `otherwise` where it is not given. Error{invalid} unless it is a list of positive
// integers whose product is the `count` values that `what` ("file:///…/digits.csv") has per sample.
std::vector<std::int64_t> shape_option(const Json& options, const std::vector<std::int64_t>& otherwise,
                                       std::int64_t count, const std::string& what);

}  // namespace trainyard
