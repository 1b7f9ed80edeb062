// Disk: the system calls by which this process changes files and folders. The writers of base call disk(), so
// that a test can replace it by a Disk whose calls fail. Reads do not go through disk(). SQLite, HDF5, and
// libarchive when it unpacks, write without it, too.
// This header stays C++17: the kernels include it.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <ctime>

namespace trainyard {

// Each function is one system call: it returns -1 and sets errno if it fails. `folder` is the descriptor of
// the folder in which the path begins, or AT_FDCWD if the path is absolute. For any thread.
class Disk {
 public:
  virtual ~Disk() = default;

  // open(2) for writing, O_CREAT | O_EXCL | O_CLOEXEC.
  virtual int create(int folder, const char* path, mode_t mode) = 0;
  // open(2) for reading and writing, O_CREAT | O_CLOEXEC | O_NOFOLLOW; an existing file keeps its contents.
  virtual int open_or_create(int folder, const char* path, mode_t mode) = 0;
  virtual ssize_t write(int fd, const void* bytes, std::size_t size) = 0;
  virtual ssize_t write_at(int fd, const void* bytes, std::size_t size, off_t offset) = 0;  // pwrite(2)
  virtual int truncate(int fd, off_t size) = 0;
  virtual int set_mode(int fd, mode_t mode) = 0;
  virtual int set_times(const char* path, const timespec* times) = 0;  // of a link itself; null: current time
  virtual int sync(int fd) = 0;                                        // fsync(2) of a file or a folder
  virtual int sync_file_system(int fd) = 0;
  virtual int rename(int folder, const char* from, const char* to) = 0;
  virtual int link(const char* from, const char* to) = 0;
  virtual int symlink(const char* target, const char* path) = 0;
  virtual int make_directory(int folder, const char* path, mode_t mode) = 0;
  virtual int remove(int folder, const char* name, int flags) = 0;  // unlinkat(2)
};

// Returns the Disk in use: the system's calls, unless a test has replaced them.
Disk& disk();

// For tests: uses `other` from now on, and returns the Disk that was used before. Must not be called while
// another thread writes.
Disk& replace_disk(Disk& other);

}  // namespace trainyard
