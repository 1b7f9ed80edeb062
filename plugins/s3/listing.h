// Lists the objects of a bucket, page by page.
#pragma once
#include <functional>
#include <string>

#include "plugins/object_store.h"
#include "plugins/s3/client.h"

namespace trainyard {

// Calls `each` for all objects of the bucket whose key begins with `prefix`, in the order of their keys.
// Object::key is the part after the prefix. Leaves out folder markers: empty objects whose key ends in "/".
// Returns the number of objects. One page of at most a thousand objects is in memory at a time.
std::int64_t list_prefix(S3Client& client, const std::string& bucket, const std::string& prefix,
                         const std::function<void(Object)>& each);

// Returns the object of this key; nothing if there is none.
std::optional<Object> find_object(S3Client& client, const std::string& bucket, const std::string& key);

}  // namespace trainyard
