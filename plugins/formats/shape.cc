#include "plugins/formats/shape.h"

#include "daemon/base/error.h"

namespace trainyard {

std::vector<std::int64_t> shape_option(const Json& options, const std::vector<std::int64_t>& otherwise,
                                       std::int64_t count, const std::string& what) {
  const Json written = get_or<Json>(options, "shape", nullptr);
  if (written.is_null()) return otherwise;
  std::vector<std::int64_t> shape;
  std::int64_t product = 1;
  for (const Json& size : written) {
    if (!size.is_number_integer() || size < 1 || size > count)
      throw Error(ErrorKind::invalid, "shape = " + written.dump() +
                                          ": sizes must be integers from 1 to the " + std::to_string(count) +
                                          " values per sample of " + what);
    shape.push_back(size);
    product *= shape.back();
    if (product > count) break;
  }
  if (shape.empty() || product != count)
    throw Error(ErrorKind::invalid, "shape = " + written.dump() + ": does not hold the " +
                                        std::to_string(count) + " values per sample of " + what +
                                        "; its sizes must multiply to that");
  return shape;
}

}  // namespace trainyard
