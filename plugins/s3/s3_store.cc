#include "plugins/s3/s3_store.h"

#include <algorithm>
#include <cstring>

#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/file_version.h"
#include "plugins/s3/listing.h"
#include "plugins/s3/multipart.h"
#include "plugins/s3/upload.h"
#include "plugins/s3/uri.h"

namespace trainyard {
namespace {

// Reads an object from an offset on with one request per range, so that no connection stalls in the middle of
// an answer if the caller reads slowly. The first range is small, because many callers only read a header.
class S3Reader final : public ObjectReader {
 public:
  S3Reader(S3Client& client, Object object, std::int64_t offset)
      : client_(client), object_(std::move(object)), name_(parse_s3_url(object_.url)), offset_(offset) {}

  std::size_t read(char* buffer, std::size_t size) override {
    if (used_ == chunk_.size()) load_chunk();
    const std::size_t count = std::min(size, chunk_.size() - used_);
    std::memcpy(buffer, chunk_.data() + used_, count);
    used_ += count;
    return count;
  }

 private:
  static constexpr std::int64_t most_chunk_bytes = 8 << 20;

  void load_chunk() {
    chunk_.clear();
    used_ = 0;
    const std::int64_t size = std::min(chunk_bytes_, object_.size_bytes - offset_);
    if (size <= 0) return;
    Request request;
    request.bucket = name_.bucket;
    request.key = name_.key;
    request.etag = object_.etag;
    request.range = ByteRange{offset_, size};
    request.sink = [this](std::string_view bytes) { chunk_ += bytes; };
    client_.perform(std::move(request));
    offset_ += size;
    chunk_bytes_ = std::min(most_chunk_bytes, 4 * chunk_bytes_);
  }

  S3Client& client_;
  Object object_;
  S3Name name_;
  std::int64_t offset_;
  std::int64_t chunk_bytes_ = 64 << 10;
  std::string chunk_;
  std::size_t used_ = 0;
};

S3Name name_below(const std::string& folder, const std::string& key) {
  S3Name name = parse_s3_url(folder);
  if (!name.key.empty() && !name.key.ends_with('/')) name.key += '/';
  name.key += key;
  return name;
}

class S3Store final : public ObjectStore {
 public:
  S3Store(const StoreAccess& access, const ClientLimits& limits) : client_(access, limits) {}

  void list_each(const std::string& url, const std::function<void(Object)>& each) override {
    S3Name name = parse_s3_url(url);
    if (!name.key.empty() && !name.key.ends_with('/')) {
      if (std::optional<Object> object = find_object(client_, name.bucket, name.key)) return each(*object);
      name.key += '/';
    }
    if (list_prefix(client_, name.bucket, name.key, each) == 0)
      throw Error(ErrorKind::not_found, url + ": no object of this name, and none below it");
  }

  std::unique_ptr<ObjectReader> open(const Object& object, std::int64_t offset) override {
    return std::make_unique<S3Reader>(client_, object, offset);
  }

  void fetch_all(const std::function<std::optional<Fetch>()>& next) override {
    client_.perform_all([&]() -> std::optional<Request> {
      std::optional<Fetch> fetch = next();
      if (!fetch) return std::nullopt;
      return request_for(std::move(*fetch));
    });
  }

  std::optional<Object> find(const std::string& url) override {
    const S3Name name = parse_s3_url(url);
    return find_object(client_, name.bucket, name.key);
  }

  bool has_contents(const Object& object, const std::string& local_path) override {
    const UniqueFd file = open_regular_file(local_path);
    if (version_of(file.get(), local_path).size_bytes != object.size_bytes) return false;
    const std::optional<Object> found = find(object.url);
    if (!found || found->etag != object.etag) return false;
    return found->sha256.empty() ? has_etag(file.get(), local_path, found->size_bytes, found->etag)
                                 : sha256_of_file(local_path) == found->sha256;
  }

  Object put_file(const std::string& folder, const std::string& key, const std::string& local_path,
                  const BytesStored& stored) override {
    const S3Name name = name_below(folder, key);
    const UniqueFd file = open_regular_file(local_path);
    return upload_file(client_, name.bucket, name.key, file.get(), local_path, stored);
  }

  Object put_bytes(const std::string& folder, const std::string& key, std::string_view bytes) override {
    const S3Name name = name_below(folder, key);
    return upload_bytes(client_, name.bucket, name.key, bytes);
  }

  void remove(const std::string& folder, const std::string& key) override {
    const S3Name name = name_below(folder, key);
    remove_object(client_, name.bucket, name.key);
  }

  void remove_unfinished(const std::string& url) override {
    const S3Name name = parse_s3_url(url);
    abort_uploads(client_, name.bucket, name.key);
  }

 private:
  static Request request_for(Fetch fetch) {
    const S3Name name = parse_s3_url(fetch.object.url);
    Request request;
    request.bucket = name.bucket;
    request.key = name.key;
    request.etag = fetch.object.etag;
    if (fetch.size_bytes > 0) {
      request.range = ByteRange{fetch.offset, fetch.size_bytes};
      request.sink = std::move(fetch.sink);
    } else {
      request.method = "HEAD";  // there is nothing to get, but the object could have changed
    }
    if (fetch.done) request.done = [done = std::move(fetch.done)](const Answer&) { done(); };
    return request;
  }

  S3Client client_;
};

}  // namespace

std::unique_ptr<ObjectStore> make_s3_store(const StoreAccess& access, const ClientLimits& limits) {
  return std::make_unique<S3Store>(access, limits);
}

}  // namespace trainyard
