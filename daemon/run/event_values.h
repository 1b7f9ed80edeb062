// The values inside events, as JSON in the ledger, and the names of enumerations there. What is read back is
// this version's own writing: Error{invalid} where it is not.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/json.h"
#include "daemon/run/events.h"

namespace trainyard {

// `names`: in the order of the enumeration.
template <class E, std::size_t size>
const char* name_in(const std::array<const char*, size>& names, E value) {
  return names.at(static_cast<std::size_t>(value));
}

template <class E, std::size_t size>
E value_in(const std::array<const char*, size>& names, const std::string& name) {
  for (std::size_t i = 0; i < size; ++i)
    if (name == names[i]) return static_cast<E>(i);
  throw Error(ErrorKind::invalid, "unknown name in the ledger: " + name);
}

Json to_json(const Owner& owner);
Owner owner_from_json(const Json& json);

Json to_json(const JobStatus& job);
JobStatus job_status_from_json(const Json& json);

// Read from the key "segment"; null or not there: nullopt.
std::optional<Segment> optional_segment_from(const Json& json);

std::optional<UtcSeconds> optional_time_from(const Json& json,
                                             const char* key);       // null or not there: nullopt
std::optional<int> optional_int(const Json& json, const char* key);  // null or not there: nullopt

Json to_json(const ScratchPlace& place);
// Read from the key "scratch"; empty in ledgers of releases before.
ScratchPlace scratch_place_from(const Json& json);
std::vector<std::string> lines_from_json(const Json& json, const char* key);  // not there: none

}  // namespace trainyard
