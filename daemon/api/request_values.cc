#include "daemon/api/request_values.h"

#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
std::string text_parameter(const Query& query, const std::string& name, const std::string& otherwise) {
  auto found = query.find(name);
  return found == query.end() ? otherwise : found->second;
}

std::int64_t integer_parameter(const Query& query, const std::string& name, std::int64_t otherwise,
                               std::int64_t least, std::int64_t most) {
  auto found = query.find(name);
  if (found == query.end()) return otherwise;
  return parse_whole_number(found->second, least, most, "?" + name + "=" + found->second);
}

std::optional<UtcSeconds> time_parameter(const Query& query, const std::string& name,
                                         const std::string& zone) {
  auto found = query.find(name);
  if (found == query.end()) return std::nullopt;
  if (const auto seconds = whole_number<std::int64_t>(found->second, 0)) {
    // The last second that the calendar functions (base/clock) can convert: the end of the year 9999.
    constexpr std::int64_t last_second = 253'402'300'799;
    return from_unix(std::min(*seconds, last_second));
  }
  return parse_time(found->second, zone);
}

std::vector<std::string> list_parameter(const Query& query, const std::string& name) {
  std::string text = text_parameter(query, name);
  return text.empty() ? std::vector<std::string>{} : split(text, ',');
}

Json object_body(const std::string& body, const std::vector<std::string>& keys) {
  if (body.empty()) return Json::object();
  Json object = parse_json(body, "the body");
  if (!object.is_object()) throw Error(ErrorKind::invalid, "the body: an object is expected");
  for (const auto& [key, value] : object.items()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    std::string meant = nearest(key, keys);
    throw Error(ErrorKind::invalid,
                "the body: unknown key " + key + (meant.empty() ? "" : "; did you mean " + meant + "?"));
  }
  return object;
}

}  // namespace trainyard
