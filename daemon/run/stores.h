// Stores: the object stores of the site, and which of them a manifest uses. Pure functions.
#pragma once
#include <map>
#include <string>

#include "daemon/base/store_access.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

struct Stores {
  std::map<std::string, StoreSettings> settings;  // by the name of [stores.NAME]
  std::string default_name;                       // of the store that s3:// means; empty: Amazon's
};

// Sets the site's default store for the [data] and [results] of the manifest that have an s3:// URL and name
// no store. Throws Error{invalid}, naming the key and the site's stores, if the manifest names a store that
// the site does not have, or if a file:// URL has a store or credentials.
void choose_stores(const Stores& stores, Manifest& manifest);

// Returns the settings of the chosen store, and the credentials file in `scratch`, the part of scratch of the
// user who uses the store. Throws Error{unavailable} if the site no longer has the store.
StoreAccess access_to(const Stores& stores, const StoreChoice& choice, const std::string& scratch);

}  // namespace trainyard
