// JSON: nlohmann's value, and readers for text that is not trusted: nesting is limited, numbers are checked,
// and every error names the key. Only lines of metrics (api/log_file) and single fields (json_fields.h) are
// parsed without these functions.
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

// The deepest nesting of lists and objects that is read. nlohmann copies a value by recursion, so deeper
// nesting could overflow the stack. Our own values have fewer than a dozen levels.
inline constexpr std::size_t most_json_nesting = 64;

// Parses JSON. Throws Error{invalid}, which names `what` (a file, a request), if the text is not JSON (with
// the offset of the first wrong byte), is nested too deeply, or has a number that is too large for a double.
Json parse_json(std::string_view text, const std::string& what);

// Reads and parses a file. Throws Error{not_found} if the file does not exist.
Json read_json_file(const std::string& path, std::int64_t max_bytes = most_file_bytes);

// Returns object[key] as T. Throws Error{invalid}, which names the key, if the key is missing or its value
// has another type. As std::int64_t, the value must be written as a whole number and fit.
template <class T>
T get(const Json& object, const char* key);
extern template std::string get<std::string>(const Json&, const char*);
extern template std::int64_t get<std::int64_t>(const Json&, const char*);
extern template double get<double>(const Json&, const char*);
extern template bool get<bool>(const Json&, const char*);
extern template Json get<Json>(const Json&, const char*);

// Returns object[key]. Throws Error{invalid} unless it is a whole number from `least` to `most`.
std::int64_t get_between(const Json& object, const char* key, std::int64_t least, std::int64_t most);

// Returns object[key] as get() does, or `otherwise` if the key is missing or null.
template <class T>
T get_or(const Json& object, const char* key, T otherwise) {
  auto found = object.find(key);
  return found == object.end() || found->is_null() ? otherwise : get<T>(object, key);
}

// Returns object[key], a whole number, or 0 if the key is missing or null.
inline std::int64_t integer_or_zero(const Json& object, const char* key) {
  return get_or<std::int64_t>(object, key, 0);
}

}  // namespace trainyard
