// ObjectStore: named objects under a URL (file:// now, s3:// later). Calls block; call them off the loop, as
// the user whose objects they are. Several threads may use one store at the same time. Throws
// Error{not_found} for a missing bucket or object, {denied} for a refusal, {unavailable} to try again.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"

namespace trainyard {

struct Object {
  std::string url;  // whole, opens it again
  std::string key;  // its name below the listed URL; the last path component when the URL names one object
  std::int64_t size_bytes = 0;
  std::string etag;  // changes when the object does
  UtcSeconds modified_at{};
};

class ObjectReader {
 public:
  virtual ~ObjectReader() = default;
  // Up to `size` bytes into `buffer`; 0 at the end.
  virtual std::size_t read(char* buffer, std::size_t size) = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // The object, or all objects below the prefix, sorted by key. Never empty: Error{not_found} then.
  virtual std::vector<Object> list(const std::string& url) = 0;

  // Reads from `offset` on.
  virtual std::unique_ptr<ObjectReader> open(const std::string& url, std::int64_t offset = 0) = 0;

  // The object appears complete or not at all; an older one of that name is replaced.
  virtual Object put_file(const std::string& url, const std::string& local_path) = 0;
  virtual Object put_bytes(const std::string& url, std::string_view bytes) = 0;
};

}  // namespace trainyard
