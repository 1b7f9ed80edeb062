// ObjectStore: reads and writes named objects under a URL (file://, s3://). Calls block: call them off the
// loop, as the user who owns the objects. Several threads may use one store at the same time. Throws
// Error{not_found} for a missing bucket or object, Error{denied} for a refusal, Error{no_credentials} if the
// user's keys are missing or are not accepted, Error{unavailable} if a later try can succeed.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/store_access.h"

namespace trainyard {

struct Object {
  std::string url;  // the full URL, for open()
  std::string key;  // name below the listed URL; the last path component when the URL names one object
  std::int64_t size_bytes = 0;
  std::string etag;    // changes when the object changes
  std::string sha256;  // of its bytes, in hexadecimal; only from put_file() and find(), and only if known
  UtcSeconds modified_at{};
};

// A part of an object that is to be fetched.
struct Fetch {
  Object object;  // as it was listed
  std::int64_t offset = 0;
  std::int64_t size_bytes = 0;
  std::function<void(std::string_view bytes)> sink;  // gets exactly these bytes, in order, in pieces
  std::function<void()> done;                        // called once, after the last byte; can be empty
};

// Gets the number of bytes that were stored since it was called last.
using BytesStored = std::function<void(std::int64_t bytes)>;

class ObjectReader {
 public:
  virtual ~ObjectReader() = default;
  // Reads up to `size` bytes into `buffer`. Returns the number of bytes; 0 at the end of the object.
  virtual std::size_t read(char* buffer, std::size_t size) = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // Calls `each` for the object, or for all objects below the prefix, in the order of their keys. There can
  // be millions of objects; they are not all in memory at a time. Throws Error{not_found} if there is none.
  // After an error the remaining objects have not been listed.
  virtual void list_each(const std::string& url, const std::function<void(Object)>& each) = 0;

  // Returns the objects of list_each() all at once.
  std::vector<Object> list(const std::string& url) {
    std::vector<Object> objects;
    list_each(url, [&](Object object) { objects.push_back(std::move(object)); });
    return objects;
  }

  // Opens a listed object for reading from byte `offset` on. Throws Error{invalid} if the object has changed
  // since it was listed; the reader does so, too.
  virtual std::unique_ptr<ObjectReader> open(const Object& object, std::int64_t offset = 0) = 0;

  // Returns the path of a listed object that is a local file, for libraries that open files by themselves.
  // Empty: the object is elsewhere. Throws as open().
  virtual std::string local_path(const Object&) { return ""; }

  // Performs all fetches that `next` returns, as many at a time as is fastest, until it returns none and all
  // are done. Calls `next`, sinks and `done` in the thread of this call. Ends with the first error, also of
  // one of these functions; then some fetches are not done. Throws Error{invalid} that names the object if an
  // object has changed since it was listed.
  virtual void fetch_all(const std::function<std::optional<Fetch>()>& next) = 0;

  // Returns the object of exactly this URL as it is now; nothing if there is none. Throws Error{invalid} if a
  // folder or another thing that is no object has this name.
  virtual std::optional<Object> find(const std::string& url) = 0;

  // Returns true if the object that was listed has the bytes of the local file; false if it has other bytes,
  // and if the store tells too little to decide.
  virtual bool has_contents(const Object& object, const std::string& local_path) = 0;

  // Writes the object `key` ("training-7/results/model.h5") below `folder`, the URL of a place that other
  // users can write to as well. All folders that the key names must belong to this user: the call makes them,
  // or checks who owns them. Otherwise it throws Error{denied} and writes nothing. No link in the key is
  // followed. The object appears complete or not at all. An older object of that name is replaced.
  //
  // put_file() throws Error{unavailable} if the file is changed while it is read. After a kill or an
  // Error{unavailable}, the same call sends the large parts that have arrived already only once. `stored` is
  // called after each such part, in the thread of the call; it can be empty.
  virtual Object put_file(const std::string& folder, const std::string& key, const std::string& local_path,
                          const BytesStored& stored = {}) = 0;
  virtual Object put_bytes(const std::string& folder, const std::string& key, std::string_view bytes) = 0;

  // Removes the object `key` below `folder`, for which the same holds as for put_file(). No error if there is
  // none.
  virtual void remove(const std::string& folder, const std::string& key) = 0;

  // Removes the parts of files that calls of put_file() below the URL have left when they were killed. Call
  // it when no put_file() below the URL goes on in any process.
  virtual void remove_unfinished(const std::string& url) = 0;
};

}  // namespace trainyard
