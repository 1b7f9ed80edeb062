// Writes objects: small ones by one PUT, large ones in parts, several at a time (multipart upload).
#pragma once
#include <cstdint>
#include <string>

#include "plugins/object_store.h"
#include "plugins/s3/client.h"

namespace trainyard {

struct UploadSizes {
  std::int64_t part_bytes = std::int64_t{64}
                            << 20;  // a larger file is stored in parts; S3 permits 5 MiB to 5 GiB
  int most_parts = 10'000;          // S3's limit
};

// Stores an open file of this size under the key. A multipart upload that fails is aborted, so that the store
// keeps no parts of it. Throws Error{invalid} if the file is changed meanwhile to another size.
Object upload_file(S3Client& client, const std::string& bucket, const std::string& key, int fd,
                   const std::string& path, const UploadSizes& sizes = {});
Object upload_bytes(S3Client& client, const std::string& bucket, const std::string& key,
                    std::string_view bytes);

}  // namespace trainyard
