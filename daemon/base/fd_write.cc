// The functions of fd.h that write.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/base/atomic_file.h"
#include "daemon/base/disk.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

// Calls `write` (write(2) or Disk::write()) repeatedly until all bytes are written. Returns false, with errno
// set, if one call fails.
template <class Write>
bool write_whole(std::string_view bytes, const Write& write) {
  while (!bytes.empty()) {
    const ssize_t written = write(bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

void write_all(int fd, std::string_view bytes) {
  const auto write = [fd](const char* from, std::size_t size) { return ::write(fd, from, size); };
  if (!write_whole(bytes, write)) throw_errno("write");
}

void write_file(int fd, std::string_view bytes, const std::string& name) {
  const auto write = [fd](const char* from, std::size_t size) { return disk().write(fd, from, size); };
  if (!write_whole(bytes, write)) throw_errno("write " + name);
}

void write_file_at(int fd, std::string_view bytes, std::int64_t offset, const std::string& name) {
  const auto write = [&](const char* from, std::size_t size) {
    const ssize_t written = disk().write_at(fd, from, size, offset);
    if (written > 0) offset += written;
    return written;
  };
  if (!write_whole(bytes, write)) throw_errno("write " + name);
}

UniqueFd open_or_create(const std::string& path, unsigned mode) {
  UniqueFd fd(disk().open_or_create(AT_FDCWD, path.c_str(), mode));
  if (!fd) throw_errno("create " + path);
  return fd;
}

void write_atomically(const std::string& path, std::string_view bytes, unsigned mode) {
  AtomicFile file(path, mode);
  file.write(bytes);
  file.commit();
}

void write_for_later_sync(const std::string& path, std::string_view bytes, unsigned mode) {
  AtomicFile file(path, mode);
  file.write(bytes);
  file.commit_for_later_sync();
}

void sync_file_system(const std::string& path) {
  const UniqueFd fd = open_file(path, O_RDONLY);
  if (disk().sync_file_system(fd.get()) != 0) throw_errno("sync the file system of " + path);
}

bool create_exclusively(const std::string& path, std::string_view bytes, unsigned mode) {
  AtomicFile file(path, mode);
  file.write(bytes);
  return file.commit_unless_there();
}

}  // namespace trainyard
