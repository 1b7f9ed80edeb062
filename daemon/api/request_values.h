// Reads and checks the values in the query and the body of a request. All functions throw Error{invalid} that
// names the parameter and the expected form.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/json.h"

namespace trainyard {

using Query = std::map<std::string, std::string>;

std::string text_parameter(const Query& query, const std::string& name, const std::string& otherwise = "");
std::int64_t integer_parameter(const Query& query, const std::string& name, std::int64_t otherwise,
                               std::int64_t least, std::int64_t most);
// Returns the time in a parameter: seconds since 1970, or a date or time as parse_time() reads it in this
// time zone. Returns nullopt if the query does not have the parameter.
std::optional<UtcSeconds> time_parameter(const Query& query, const std::string& name,
                                         const std::string& zone);
std::vector<std::string> list_parameter(const Query& query, const std::string& name);  // "a,b"

// Returns the body as a JSON object, which must have no keys other than `keys`. An empty body is an empty
// object.
Json object_body(const std::string& body, const std::vector<std::string>& keys);

}  // namespace trainyard
