// Objects of a store as files of a folder, under their keys.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "plugins/object_store.h"

namespace trainyard {

// Where the object goes below `folder`. Error{invalid} for a key that would leave it.
std::string path_below(const std::string& folder, const std::string& key);

// Each file appears complete, the folders on the way are made; a file already there is replaced.
// `copied` is told each object once it is there. Error{unavailable} when an object's size is not what was
// listed.
void copy_objects(const std::vector<Object>& objects, ObjectStore& store, const std::string& folder,
                  const std::function<void(const Object&, const std::string& path)>& copied);

}  // namespace trainyard
