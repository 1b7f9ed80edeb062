#include "daemon/base/disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

namespace trainyard {
namespace {

class SystemDisk final : public Disk {
 public:
  int create(int folder, const char* path, mode_t mode) override {
    return ::openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  }
  int open_or_create(int folder, const char* path, mode_t mode) override {
    return ::openat(folder, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);
  }
  ssize_t write(int fd, const void* bytes, std::size_t size) override { return ::write(fd, bytes, size); }
  ssize_t write_at(int fd, const void* bytes, std::size_t size, off_t offset) override {
    return ::pwrite(fd, bytes, size, offset);
  }
  int truncate(int fd, off_t size) override { return ::ftruncate(fd, size); }
  int set_mode(int fd, mode_t mode) override { return ::fchmod(fd, mode); }
  int set_times(const char* path, const timespec* times) override {
    return ::utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
  }
  int sync(int fd) override { return ::fsync(fd); }
  int sync_file_system(int fd) override { return ::syncfs(fd); }
  int rename(int folder, const char* from, const char* to) override {
    return ::renameat(folder, from, folder, to);
  }
  int link(const char* from, const char* to) override { return ::link(from, to); }
  int symlink(const char* target, const char* path) override { return ::symlink(target, path); }
  int make_directory(int folder, const char* path, mode_t mode) override {
    return ::mkdirat(folder, path, mode);
  }
  int remove(int folder, const char* name, int flags) override { return ::unlinkat(folder, name, flags); }
};

Disk*& disk_in_use() {
  static SystemDisk system;
  static Disk* in_use = &system;
  return in_use;
}

}  // namespace

Disk& disk() { return *disk_in_use(); }

Disk& replace_disk(Disk& other) { return *std::exchange(disk_in_use(), &other); }

}  // namespace trainyard
