// ObjectStore: named objects under a URL (file:// now, s3:// later). Calls block; call them off the loop, as
// the user whose objects they are. Several threads may use one store at the same time. Throws
// Error{not_found} for a missing bucket or object, {denied} for a refusal, {unavailable} to try again.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
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

  // Calls `each` for the object, or for all objects below the prefix, in the order of their keys. There may
  // be millions: they are not all in memory at a time. Error{not_found} where there is none; what comes after
  // an error was not listed.
  virtual void list_each(const std::string& url, const std::function<void(Object)>& each) = 0;

  // All of them at once.
  std::vector<Object> list(const std::string& url) {
    std::vector<Object> objects;
    list_each(url, [&](Object object) { objects.push_back(std::move(object)); });
    return objects;
  }

  // Reads from `offset` on.
  virtual std::unique_ptr<ObjectReader> open(const std::string& url, std::int64_t offset = 0) = 0;

  // Puts `key` ("training-7/results/model.h5") below `folder`, the URL of a place that others may write to as
  // well. What the key names below it is this user's alone: made by this call, or found to belong to this
  // user; Error{denied} otherwise, and nothing is written. No link in the key is followed. The object appears
  // complete or not at all; an older one of that name is replaced.
  virtual Object put_file(const std::string& folder, const std::string& key,
                          const std::string& local_path) = 0;
  virtual Object put_bytes(const std::string& folder, const std::string& key, std::string_view bytes) = 0;
};

}  // namespace trainyard
