#include "plugins/s3/upload.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <thread>
#include <vector>

#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "plugins/s3/listing.h"

namespace trainyard {
namespace {

std::int64_t size_of(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno("stat " + path);
  return status.st_size;
}

std::vector<FilePart> parts_of(int fd, const std::string& path, std::int64_t size, const UploadSizes& sizes) {
  const std::int64_t least = (size + sizes.most_parts - 1) / sizes.most_parts;
  const std::int64_t part_bytes = std::max<std::int64_t>({sizes.part_bytes, least, 1});
  std::vector<FilePart> parts;
  for (std::int64_t at = 0; at < size || parts.empty(); at += part_bytes)
    parts.push_back({fd, at, std::min(part_bytes, size - at), path, ""});
  return parts;
}

// Computes the SHA-256 of each part, and of the whole file, in a thread of its own. A part's digest must be
// known before the part is sent.
class PartDigests {
 public:
  explicit PartDigests(const std::vector<FilePart>& parts) : parts_(parts), promises_(parts.size()) {
    for (std::promise<std::string>& promise : promises_) digests_.push_back(promise.get_future());
    thread_ = std::jthread([this](const std::stop_token& stop) { compute(stop); });
  }

  // Waits until the digest is known. Throws if the file cannot be read. Call it once for each part.
  std::string of_part(std::size_t index) { return digests_[index].get(); }
  std::string of_file() {
    thread_.join();
    return whole_.hex();
  }

 private:
  void compute(const std::stop_token& stop) {
    std::size_t index = 0;
    try {
      for (; index < parts_.size() && !stop.stop_requested(); ++index)
        promises_[index].set_value(digest_of(parts_[index]));
    } catch (...) {
      for (; index < parts_.size(); ++index) promises_[index].set_exception(std::current_exception());
    }
  }

  std::string digest_of(const FilePart& part) {
    std::vector<char> buffer(1 << 20);
    Sha256 hash;
    for (std::int64_t at = 0; at < part.size_bytes;) {
      const auto wanted =
          static_cast<std::size_t>(std::min(part.size_bytes - at, static_cast<std::int64_t>(buffer.size())));
      const ssize_t got = ::pread(part.fd, buffer.data(), wanted, part.offset + at);
      if (got < 0) throw_errno("read " + part.name);
      if (got == 0) throw Error(ErrorKind::invalid, part.name + ": became shorter while it was stored");
      hash.add({buffer.data(), static_cast<std::size_t>(got)});
      whole_.add({buffer.data(), static_cast<std::size_t>(got)});
      at += got;
    }
    return hash.hex();
  }

  const std::vector<FilePart>& parts_;
  std::vector<std::promise<std::string>> promises_;
  std::vector<std::future<std::string>> digests_;
  Sha256 whole_;
  std::jthread thread_;
};

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

class MultipartUpload {
 public:
  MultipartUpload(S3Client& client, std::string bucket, std::string key)
      : client_(client), bucket_(std::move(bucket)), key_(std::move(key)) {
    Request request = request_for("POST");
    request.query = {{"uploads", ""}};
    request.check = [this](const Answer& answer) { id_ = read_upload_id(answer.body); };
    client_.perform(std::move(request));
  }

  // Aborts an upload that is not complete.
  ~MultipartUpload() {
    if (is_complete_) return;
    try {
      Request request = request_for("DELETE");
      request.query = {{"uploadId", id_}};
      client_.perform(std::move(request));
    } catch (const std::exception& e) {
      log_warning("the store keeps parts of s3://{}/{}: {}", bucket_, key_, e.what());
    }
  }
  MultipartUpload(const MultipartUpload&) = delete;
  MultipartUpload& operator=(const MultipartUpload&) = delete;

  void send(const std::vector<FilePart>& parts, PartDigests& digests) {
    etags_.resize(parts.size());
    std::size_t begun = 0;
    client_.perform_all([&]() -> std::optional<Request> {
      if (begun == parts.size()) return std::nullopt;
      const std::size_t index = begun++;
      return request_for_part(parts[index], index, digests.of_part(index));
    });
  }

  void complete() {
    Request request = request_for("POST");
    request.query = {{"uploadId", id_}};
    request.body = complete_upload_text(etags_);
    client_.perform(std::move(request));
    is_complete_ = true;
  }

 private:
  Request request_for(const char* method) const {
    Request request;
    request.method = method;
    request.bucket = bucket_;
    request.key = key_;
    return request;
  }

  Request request_for_part(FilePart part, std::size_t index, const std::string& sha256) {
    Request request = request_for("PUT");
    request.query = {{"partNumber", std::to_string(index + 1)}, {"uploadId", id_}};
    part.sha256 = sha256;
    request.file = std::move(part);
    request.done = [this, index](const Answer& answer) { etags_[index] = unquoted(answer.header("etag")); };
    return request;
  }

  S3Client& client_;
  std::string bucket_, key_, id_;
  std::vector<std::string> etags_;
  bool is_complete_ = false;
};

}  // namespace

Object upload_file(S3Client& client, const std::string& bucket, const std::string& key, int fd,
                   const std::string& path, const UploadSizes& sizes) {
  const std::int64_t size = size_of(fd, path);
  const std::vector<FilePart> parts = parts_of(fd, path, size, sizes);
  PartDigests digests(parts);
  if (parts.size() == 1) {
    Request request;
    request.method = "PUT";
    request.bucket = bucket;
    request.key = key;
    request.file = parts.front();
    request.file->sha256 = digests.of_part(0);
    client.perform(std::move(request));
  } else {
    MultipartUpload upload(client, bucket, key);
    upload.send(parts, digests);
    upload.complete();
  }
  Object object = stored_object(client, bucket, key, size);
  object.sha256 = digests.of_file();
  return object;
}

Object upload_bytes(S3Client& client, const std::string& bucket, const std::string& key,
                    std::string_view bytes) {
  Request request;
  request.method = "PUT";
  request.bucket = bucket;
  request.key = key;
  request.body = bytes;
  client.perform(std::move(request));
  return stored_object(client, bucket, key, static_cast<std::int64_t>(bytes.size()));
}

}  // namespace trainyard
