// Writes and removes objects: small ones are written by one PUT, large ones in parts (multipart.h).
#pragma once
#include <string>
#include <string_view>

#include "plugins/object_store.h"
#include "plugins/s3/client.h"
#include "plugins/s3/file_parts.h"

namespace trainyard {

// Stores an open file under the key. Throws Error{unavailable} if the file is changed meanwhile. The parts of
// an upload that fails stay in the store if the error is Error{unavailable}, for the next call; after other
// errors the upload is aborted. `stored` is called after each part; it can be empty.
Object upload_file(S3Client& client, const std::string& bucket, const std::string& key, int fd,
                   const std::string& path, const BytesStored& stored = {}, const UploadSizes& sizes = {});
Object upload_bytes(S3Client& client, const std::string& bucket, const std::string& key,
                    std::string_view bytes);

// Removes an object. No error if there is none.
void remove_object(S3Client& client, const std::string& bucket, const std::string& key);

}  // namespace trainyard
