#include "daemon/base/json.h"

#include <cmath>
#include <limits>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

[[noreturn]] void wrong(const std::string& where, const std::string& why) {
  throw Error(ErrorKind::invalid, where + ": " + why);
}

// Throws Error{invalid} if lists and objects are nested too deeply. Counts brackets outside strings, without
// parsing. In text that is not JSON the count can be wrong only behind the first wrong byte, where the parser
// stops.
void check_nesting(std::string_view text, const std::string& what) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > most_json_nesting)
        wrong(what, "lists and objects nested deeper than " + std::to_string(most_json_nesting) + " levels");
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
}

template <class T>
T value_of(const Json& value) {
  return value.get<T>();
}

// Converts a JSON value to std::int64_t. Throws Error{invalid} if it is no integer or does not fit, because
// nlohmann's own conversion between types of numbers does not check for loss.
template <>
std::int64_t value_of<std::int64_t>(const Json& value) {
  if (!value.is_number_integer()) throw Error(ErrorKind::invalid, "a whole number is expected");
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
    throw Error(ErrorKind::invalid, "is out of range");
  return value.get<std::int64_t>();
}

template <>
double value_of<double>(const Json& value) {
  const double number = value.get<double>();
  if (!std::isfinite(number)) throw Error(ErrorKind::invalid, "is not a finite number");
  return number;
}

const Json& member(const Json& object, const char* key) {
  if (!object.is_object()) wrong(key, "looked for in something that is not an object");
  auto found = object.find(key);
  if (found == object.end()) wrong(key, "missing");
  return *found;
}

}  // namespace

Json parse_json(std::string_view text, const std::string& what) {
  check_nesting(text, what);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& e) {
    wrong(what, "not JSON at byte " + std::to_string(e.byte));
  } catch (const Json::out_of_range&) {
    wrong(what, "holds a number that is too large");
  }
}

Json read_json_file(const std::string& path, std::int64_t max_bytes) {
  return parse_json(read_file(path, max_bytes), path);
}

template <class T>
T get(const Json& object, const char* key) {
  const Json& value = member(object, key);
  try {
    return value_of<T>(value);
  } catch (const Json::exception&) {
    wrong(key, std::string("unexpected ") + value.type_name());
  } catch (const Error& e) {
    wrong(key, e.what());
  }
}

template std::string get<std::string>(const Json&, const char*);
template std::int64_t get<std::int64_t>(const Json&, const char*);
template double get<double>(const Json&, const char*);
template bool get<bool>(const Json&, const char*);
template Json get<Json>(const Json&, const char*);

std::int64_t get_between(const Json& object, const char* key, std::int64_t least, std::int64_t most) {
  const std::int64_t number = get<std::int64_t>(object, key);
  if (number < least || number > most)
    wrong(key, "must be from " + std::to_string(least) + " to " + std::to_string(most) + ", not " +
                   std::to_string(number));
  return number;
}

}  // namespace trainyard
