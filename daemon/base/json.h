// JSON: nlohmann's value, and getters that name the key when something is missing or of the wrong type.
// This header stays C++17: the kernels include it.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "daemon/base/fd.h"

namespace trainyard {

using Json = nlohmann::json;  // objects keep their keys sorted, so equal values have equal text

// Throws Error{invalid} naming `what` (a file, a request) and the byte where the text breaks.
Json parse_json(std::string_view text, const std::string& what);

// Reads and parses a file; Error{not_found} when it is not there.
Json read_json_file(const std::string& path, std::int64_t max_bytes = most_file_bytes);

// object[key] as T; Error{invalid} names the key when it is missing or of another type.
template <class T>
T get(const Json& object, const char* key);
extern template std::string get<std::string>(const Json&, const char*);
extern template std::int64_t get<std::int64_t>(const Json&, const char*);
extern template double get<double>(const Json&, const char*);
extern template bool get<bool>(const Json&, const char*);
extern template Json get<Json>(const Json&, const char*);

// The same; `otherwise` when the key is missing or null.
template <class T>
T get_or(const Json& object, const char* key, T otherwise) {
  auto found = object.find(key);
  return found == object.end() || found->is_null() ? otherwise : get<T>(object, key);
}

}  // namespace trainyard
