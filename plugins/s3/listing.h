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

// Metadata of an object that was stored by one PUT: the SHA-256 of its bytes. That of a large file is not
// known when its upload begins.
inline constexpr const char* sha256_header = "x-amz-meta-sha256";

// Returns the object of this key, with the SHA-256 of its metadata; nothing if there is none.
std::optional<Object> find_object(S3Client& client, const std::string& bucket, const std::string& key);

}  // namespace trainyard
