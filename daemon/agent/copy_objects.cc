#include "daemon/agent/copy_objects.h"

#include <filesystem>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/file_beside.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

void copy_object(const Object& object, ObjectStore& store, const std::string& path) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  if (error) throw Error(ErrorKind::unavailable, "create the folder of " + path + ": " + error.message());
  std::unique_ptr<ObjectReader> reader = store.open(object.url);
  FileBeside file(path);
  std::vector<char> buffer(1 << 20);
  std::int64_t copied = 0;
  while (const std::size_t got = reader->read(buffer.data(), buffer.size())) {
    write_all(file.fd(), {buffer.data(), got});
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
  for (const Object& object : objects) path_below(folder, object.key);  // all or none
  for (const Object& object : objects) {
    const std::string path = path_below(folder, object.key);
    copy_object(object, store, path);
    copied(object, path);
  }
}

}  // namespace trainyard
