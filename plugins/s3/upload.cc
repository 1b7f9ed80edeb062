#include "plugins/s3/upload.h"

#include <utility>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/file_version.h"
#include "plugins/s3/listing.h"
#include "plugins/s3/multipart.h"

namespace trainyard {
namespace {

// Returns the object as the store has it now. The answers to an upload do not tell: for one of several parts,
// Ceph's etag is empty.
Object stored_object(S3Client& client, const std::string& bucket, const std::string& key, std::int64_t size) {
  const std::optional<Object> object = find_object(client, bucket, key);
  if (!object || object->size_bytes != size)
    throw Error(ErrorKind::unavailable, "s3://" + bucket + '/' + key + ": the store has " +
                                            (object ? std::to_string(object->size_bytes) : "none") +
                                            " of the " + std::to_string(size) + " bytes that were sent");
  return *object;
}

Request request_for(const char* method, const std::string& bucket, const std::string& key) {
  Request request;
  request.method = method;
  request.bucket = bucket;
  request.key = key;
  return request;
}

// A file of a local disk, and its version when it was opened.
struct LocalFile {
  int fd;
  std::string path;
  FileVersion version = version_of(fd, path);

  void check() const { check_unchanged(fd, path, version); }
};

// Returns the file's SHA-256.
std::string put_at_once(S3Client& client, const std::string& bucket, const std::string& key,
                        const LocalFile& file, const std::vector<FilePart>& parts,
                        const BytesStored& stored) {
  Request request = request_for("PUT", bucket, key);
  request.file = parts.front();
  std::string sha256 = PartDigests(parts).of_part(0).sha256;
  request.file->sha256 = sha256;
  request.headers = {{sha256_header, sha256}};
  file.check();
  client.perform(std::move(request));
  if (stored) stored(file.version.size_bytes);
  return sha256;
}

void put_in_parts(S3Client& client, const std::string& bucket, const std::string& key, const LocalFile& file,
                  const std::vector<FilePart>& parts, const BytesStored& stored) {
  MultipartUpload upload(client, bucket, key);
  try {
    PartDigests digests(parts, upload.parts_there(parts));
    upload.send(parts, digests, stored);
    file.check();
    upload.complete(file.version.size_bytes);
  } catch (const Error& e) {
    // The upload is gone, because another program has ended it. The next try begins a new one.
    if (e.kind() == ErrorKind::not_found) throw Error(ErrorKind::unavailable, e.what());
    if (e.kind() != ErrorKind::unavailable) upload.abort();
    throw;
  }
}

}  // namespace

Object upload_file(S3Client& client, const std::string& bucket, const std::string& key, int fd,
                   const std::string& path, const BytesStored& stored, const UploadSizes& sizes) {
  const LocalFile file{fd, path};
  const std::vector<FilePart> parts = parts_of(fd, path, file.version.size_bytes, sizes);
  std::string sha256;  // stays empty for a file in parts, because to hash all bytes once more takes long
  try {
    if (parts.size() == 1)
      sha256 = put_at_once(client, bucket, key, file, parts, stored);
    else
      put_in_parts(client, bucket, key, file, parts, stored);
  } catch (const Error&) {
    file.check();  // a store refuses bytes that do not have the digest which was announced
    throw;
  }
  file.check();
  Object object = stored_object(client, bucket, key, file.version.size_bytes);
  object.sha256 = std::move(sha256);
  return object;
}

Object upload_bytes(S3Client& client, const std::string& bucket, const std::string& key,
                    std::string_view bytes) {
  Request request = request_for("PUT", bucket, key);
  request.body = bytes;
  client.perform(std::move(request));
  return stored_object(client, bucket, key, static_cast<std::int64_t>(bytes.size()));
}

void remove_object(S3Client& client, const std::string& bucket, const std::string& key) {
  try {
    client.perform(request_for("DELETE", bucket, key));
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::not_found) throw;
  }
}

}  // namespace trainyard
