// Stores: the object stores of the site, and which of them a manifest uses. Pure functions.
#pragma once
#include <map>
#include <string>

#include "daemon/base/store_access.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

// The limits of an admin for the stage jobs, of all users together, that fetch from one store.
struct StageLimits {
  int jobs = 0;                       // the most at a time; 0: no limit
  std::int64_t bytes_per_second = 0;  // of all these jobs together; 0: no limit
};

struct Stores {
  std::map<std::string, StoreSettings> settings;    // by the name of [stores.NAME]
  std::map<std::string, StageLimits> stage_limits;  // by the same name; none: no limits
  std::string default_name;                         // of the store that s3:// means; empty: Amazon's

  StageLimits stage_limits_of(const std::string& store) const {
    const auto found = stage_limits.find(store);
    return found == stage_limits.end() ? StageLimits{} : found->second;
  }
};

// Sets the site's default store for the [data] and [results] of the manifest that have an s3:// URL and name
// no store. Throws Error{invalid}, naming the key and the site's stores, if the manifest names a store that
// the site does not have, or if a file:// URL has a store or credentials.
void choose_stores(const Stores& stores, Manifest& manifest);

// Returns the settings of the chosen store, and the credentials file in `scratch`, the part of scratch of the
// user who uses the store. Throws Error{unavailable} if the site no longer has the store.
StoreAccess access_to(const Stores& stores, const StoreChoice& choice, const std::string& scratch);
// The same for one stage job, which gets its share of the store's bandwidth.
StoreAccess access_for_staging(const Stores& stores, const StoreChoice& choice, const std::string& scratch);

}  // namespace trainyard
