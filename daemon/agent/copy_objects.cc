#include "daemon/agent/copy_objects.h"

#include <filesystem>

#include "daemon/base/atomic_file.h"
#include "daemon/base/directory.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

void copy_object(const Object& object, ObjectStore& store, const std::string& path) {
  make_directories(parent_of(path), 0777);
  std::unique_ptr<ObjectReader> reader = store.open(object);
  AtomicFile file(path);
  std::vector<char> buffer(1 << 20);
  std::int64_t copied = 0;
  while (const std::size_t got = reader->read(buffer.data(), buffer.size())) {
    file.write({buffer.data(), got});
    copied += static_cast<std::int64_t>(got);
  }
  if (copied != object.size_bytes)
    throw Error(ErrorKind::unavailable, object.url + ": " + std::to_string(copied) + " bytes came, " +
                                            std::to_string(object.size_bytes) + " were listed");
  file.commit();
}

}  // namespace

std::string path_below(const std::string& folder, const std::string& key) {
  bool safe = !key.empty() && key.front() != '/' && key.back() != '/' && key.find('\0') == std::string::npos;
  for (const fs::path& part : fs::path(key)) safe = safe && part != ".." && part != "." && !part.empty();
  if (!safe)
    throw Error(ErrorKind::invalid, "'" + key + "': this key would leave " + folder + "; not copied");
  return join_path(folder, key);
}

void copy_objects(const std::vector<Object>& objects, ObjectStore& store, const std::string& folder,
                  const std::function<void(const Object&, const std::string& path)>& copied) {
  for (const Object& object : objects) path_below(folder, object.key);  // checks all keys before any copy
  for (const Object& object : objects) {
    const std::string path = path_below(folder, object.key);
    copy_object(object, store, path);
    copied(object, path);
  }
}

}  // namespace trainyard
