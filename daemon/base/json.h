// JSON: nlohmann's value, and readers that treat the text as a stranger's: nesting is bounded, numbers are
// checked, and every refusal names the key. Only metrics lines (api/log_file) are read elsewhere.
// This header stays C++17: the kernels include it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "daemon/base/fd.h"

namespace trainyard {

using Json = nlohmann::json;  // objects keep their keys sorted, so equal values have equal text

// Lists and objects inside each other. nlohmann copies a value by recursion, so the stack bounds what may be
// read; our own values are nested less than a dozen deep.
inline constexpr std::size_t most_json_nesting = 64;

// Throws Error{invalid} naming `what` (a file, a request) for anything but JSON (with the byte where the text
// breaks), deeper nesting, or a number that no double holds.
Json parse_json(std::string_view text, const std::string& what);

// Reads and parses a file; Error{not_found} when it is not there.
Json read_json_file(const std::string& path, std::int64_t max_bytes = most_file_bytes);

// object[key] as T; Error{invalid} names the key when it is missing or of another type. A std::int64_t must
// be written as a whole number and fit.
template <class T>
T get(const Json& object, const char* key);
extern template std::string get<std::string>(const Json&, const char*);
extern template std::int64_t get<std::int64_t>(const Json&, const char*);
extern template double get<double>(const Json&, const char*);
extern template bool get<bool>(const Json&, const char*);
extern template Json get<Json>(const Json&, const char*);

// object[key], a whole number from `least` to `most`; Error{invalid} otherwise.
std::int64_t get_between(const Json& object, const char* key, std::int64_t least, std::int64_t most);

// The same; `otherwise` when the key is missing or null.
template <class T>
T get_or(const Json& object, const char* key, T otherwise) {
  auto found = object.find(key);
  return found == object.end() || found->is_null() ? otherwise : get<T>(object, key);
}

// A whole number; 0 when the key is missing or null.
inline std::int64_t integer_or_zero(const Json& object, const char* key) {
  return get_or<std::int64_t>(object, key, 0);
}

}  // namespace trainyard
