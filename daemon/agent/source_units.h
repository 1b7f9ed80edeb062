// The objects of a data set's list as units to fetch.
#pragma once
#include <string>

#include "daemon/agent/unit.h"
#include "daemon/handover/handover.h"
#include "daemon/handover/source_list.h"

namespace trainyard {

Object object_of(const SourceObject& listed);

// Returns the units of all objects in the list, in its order. The list is read while they are fetched.
NextUnit units_of(const std::string& list);

// Returns a text that is the same as long as the objects of the request are, and the way in which they are
// divided into units: `units`, "files" or "rows".
std::string identity_of_units(const StageRequest& request, const char* units);

}  // namespace trainyard
