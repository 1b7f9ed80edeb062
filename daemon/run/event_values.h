// Converts the values inside events to and from JSON for the ledger, and enumerations to and from their names
// in the ledger. The functions that parse JSON throw Error{invalid} unless a release of Trainyard wrote it.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/json.h"
#include "daemon/run/events.h"

namespace trainyard {

// Returns the name of `value`. `names` must be in the order of the enumeration.
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

// Reads the key "segment"; returns nullopt if it is null or missing.
std::optional<Segment> optional_segment_from(const Json& json);

// Return nullopt if the key is null or missing.
std::optional<UtcSeconds> optional_time_from(const Json& json, const char* key);
std::optional<int> optional_int(const Json& json, const char* key);

Json to_json(const ScratchPlace& place);
// Reads the key "scratch"; returns empty paths for an event of an earlier release, which lacks the key.
ScratchPlace scratch_place_from(const Json& json);
std::vector<std::string> lines_from_json(const Json& json, const char* key);  // key missing: no lines

}  // namespace trainyard
