// Bucket: a new bucket of the private object store (tests/integration/in_sandbox --only-s3) for one test.
#pragma once
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/parallel.h"
#include "daemon/base/digest.h"
#include "daemon/base/fd.h"
#include "plugins/s3/client.h"
#include "plugins/s3/s3_store.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard::testing {

inline std::string environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr)
    throw std::runtime_error(std::string(name) + " is not set: run this program by in_sandbox");
  return value;
}

inline StoreAccess access_to_sandbox() {
  StoreAccess access;
  access.settings.name = "sandbox";
  access.settings.endpoint = environment("AWS_ENDPOINT_URL");
  access.settings.style = StoreSettings::Style::path;
  access.credentials_file = environment("AWS_SHARED_CREDENTIALS_FILE");
  return access;
}

// Returns bytes that repeat only after a long time, so that a part in the wrong place is noticed.
inline std::string bytes_of_size(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint64_t state = size;
  for (char& byte : bytes) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>(state >> 56);
  }
  return bytes;
}

// Its objects are removed when the test ends: the store keeps them in memory.
class Bucket {
 public:
  explicit Bucket(const StoreAccess& access = access_to_sandbox(), const ClientLimits& limits = {})
      : store(make_s3_store(access, limits)) {
    Request request;
    request.method = "PUT";
    request.bucket = name;
    S3Client(access_to_sandbox()).perform(std::move(request));
  }

  ~Bucket() {
    try {
      const std::vector<std::string> all = keys();
      work_in_parallel(all.size(), 8, [&](std::size_t index) { store->remove(url(), all[index]); });
    } catch (const Error&) {
      // There is none, or the test has replaced the keys or the store.
    }
  }
  Bucket(const Bucket&) = delete;
  Bucket& operator=(const Bucket&) = delete;

  std::string url(const std::string& key = "") const { return "s3://" + name + '/' + key; }

  Object add(const std::string& key, std::string_view bytes) { return store->put_bytes(url(), key, bytes); }

  Object add_file(const std::string& key, std::string_view bytes) {
    const std::string path = directory.file("upload");
    write_atomically(path, bytes);
    return store->put_file(url(), key, path);
  }

  std::string read(const Object& object, std::int64_t offset = 0) {
    const std::unique_ptr<ObjectReader> reader = store->open(object, offset);
    std::string bytes;
    std::vector<char> buffer(1 << 20);
    while (const std::size_t got = reader->read(buffer.data(), buffer.size()))
      bytes.append(buffer.data(), got);
    return bytes;
  }

  std::vector<std::string> keys(const std::string& prefix = "") {
    std::vector<std::string> found;
    store->list_each(url(prefix), [&](const Object& object) { found.push_back(object.key); });
    return found;
  }

  TemporaryDirectory directory;
  const std::string name = "test-" + random_hex(6);
  std::unique_ptr<ObjectStore> store;
};

// Returns the Error that `action` throws; an Error with an empty message if it throws none.
template <class Action>
Error error_of(const Action& action) {
  try {
    action();
  } catch (const Error& e) {
    return e;
  }
  return Error(ErrorKind::internal, "");
}

}  // namespace trainyard::testing
