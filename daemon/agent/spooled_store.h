// SpooledStore: the objects of another store that were fetched into files, for formats that read objects from
// their beginning to their end. Messages name the objects by their own URLs.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "plugins/object_store.h"

namespace trainyard {

// `path_of` returns the file of an object, by its URL. The store can only open objects.
std::unique_ptr<ObjectStore> make_spooled_store(std::function<std::string(const std::string& url)> path_of);

}  // namespace trainyard
