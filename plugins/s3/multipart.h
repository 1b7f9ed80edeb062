// Multipart uploads: a large file becomes an object in parts, several of which are sent at a time. The parts
// stay in the store until the upload is completed or aborted, also if this process is killed.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "plugins/object_store.h"
#include "plugins/s3/answers.h"
#include "plugins/s3/client.h"
#include "plugins/s3/file_parts.h"

namespace trainyard {

class MultipartUpload {
 public:
  // Continues the newest upload of this key that is neither complete nor aborted, and aborts the others;
  // begins one if there is none, or if these keys may not list uploads.
  MultipartUpload(S3Client& client, std::string bucket, std::string key);

  // Returns the indices of those parts that the store might have already, by their sizes.
  std::set<std::size_t> parts_there(const std::vector<FilePart>& parts) const;

  // Sends the parts that the store does not have, by their MD5s. `digests` must have those of parts_there().
  void send(const std::vector<FilePart>& parts, PartDigests& digests, const BytesStored& stored);

  // Makes an object of the parts.
  void complete(std::int64_t size_bytes);

  // Removes the parts from the store. Only logs an error.
  void abort() noexcept;

 private:
  void find_or_begin();
  bool find_parts();
  bool has_become_object(std::int64_t size_bytes);
  Request request_for(const char* method) const;
  Request request_for_part(FilePart part, std::size_t index, const std::string& sha256,
                           const BytesStored& stored);

  S3Client& client_;
  std::string bucket_, key_, id_;
  std::map<std::size_t, PartPage::Part> there_;  // before send(), by index: number - 1
  std::vector<std::string> etags_;
};

// Aborts all uploads of keys that begin with `prefix`.
void abort_uploads(S3Client& client, const std::string& bucket, const std::string& prefix);

}  // namespace trainyard
