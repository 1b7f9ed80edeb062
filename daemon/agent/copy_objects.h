// Copies objects of a store to files in a folder, named by the objects' keys.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "plugins/object_store.h"

namespace trainyard {

// Returns the path of an object's file below `folder`. Error{invalid} for a key that would lead out of
// `folder`.
std::string path_below(const std::string& folder, const std::string& key);

// Copies the objects to files below `folder`, with the folders on the way. Each file appears when it is
// complete; an existing file is replaced. `copied` is called after each object. Error{unavailable} if an
// object's size is not the listed one.
void copy_objects(const std::vector<Object>& objects, ObjectStore& store, const std::string& folder,
                  const std::function<void(const Object&, const std::string& path)>& copied);

}  // namespace trainyard
