#include "plugins/s3/request.h"

namespace trainyard {

std::string Answer::header(std::string_view name) const {
  for (const auto& [known, value] : headers)
    if (known == name) return value;
  return "";
}

std::string url_of(const Request& request) { return "s3://" + request.bucket + '/' + request.key; }

}  // namespace trainyard
