// Reads the option `shape`, which all formats share.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/json.h"

namespace trainyard {

// The most bytes of one sample. Sizes in files are the word of whoever wrote the file.
inline constexpr std::int64_t most_row_bytes = std::int64_t{1} << 31;

// Returns options.shape, or `otherwise` if it is not given. Throws Error{invalid} unless options.shape is a
// list of positive integers whose product is `count`, the number of values per sample of `what`
// ("file:///…/digits.csv").
std::vector<std::int64_t> shape_option(const Json& options, const std::vector<std::int64_t>& otherwise,
                                       std::int64_t count, const std::string& what);

}  // namespace trainyard
