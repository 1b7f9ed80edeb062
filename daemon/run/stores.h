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

// Fills in the store of each s3:// URL of the manifest that names none. Throws Error{invalid}, naming the key
// and the site's stores, if the manifest names a store that the site does not have, or if a file:// URL has a
// store or credentials.
void choose_stores(const Stores& stores, Manifest& manifest);

// Returns how the owner of `scratch` reaches the store. Throws Error{unavailable} if the site no longer has
// it.
StoreAccess access_to(const Stores& stores, const StoreChoice& choice, const std::string& scratch);

}  // namespace trainyard
