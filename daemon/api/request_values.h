// What a request says in its query and its body, checked. Everything throws Error{invalid} naming the
// parameter and what to write.
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
// Seconds since 1970, or a person's time (base/clock) in that zone; nullopt when it is not asked.
std::optional<UtcSeconds> time_parameter(const Query& query, const std::string& name,
                                         const std::string& zone);
std::vector<std::string> list_parameter(const Query& query, const std::string& name);  // "a,b"

// The body as an object that has no keys but these; an empty body is an empty object.
Json object_body(const std::string& body, const std::vector<std::string>& keys);

}  // namespace trainyard
