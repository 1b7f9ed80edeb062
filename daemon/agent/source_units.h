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

// Returns a digest of the list of the request's objects.
std::string digest_of_list(const StageRequest& request);

// Returns the number of threads with which a source of this URL is fetched best.
int fetch_threads(const std::string& url);

}  // namespace trainyard
