#include "daemon/base/json.h"

#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {

Json parse_json(std::string_view text, const std::string& what) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& e) {
    throw Error(ErrorKind::invalid, what + ": not JSON at byte " + std::to_string(e.byte));
  }
}

Json read_json_file(const std::string& path, std::int64_t max_bytes) {
  return parse_json(read_file(path, max_bytes), path);
}

template <class T>
T get(const Json& object, const char* key) {
  if (!object.is_object())
    throw Error(ErrorKind::invalid, std::string(key) + ": looked for in something that is no object");
  auto found = object.find(key);
  if (found == object.end()) throw Error(ErrorKind::invalid, std::string(key) + ": missing");
  try {
    return found->get<T>();
  } catch (const Json::exception&) {
    throw Error(ErrorKind::invalid, std::string(key) + ": unexpected " + found->type_name());
  }
}

template std::string get<std::string>(const Json&, const char*);
template std::int64_t get<std::int64_t>(const Json&, const char*);
template double get<double>(const Json&, const char*);
template bool get<bool>(const Json&, const char*);
template Json get<Json>(const Json&, const char*);

}  // namespace trainyard
