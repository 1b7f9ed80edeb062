// Disk: the calls by which this process changes files and folders. The writers of base go through disk(), so
// that a test can put a Disk in its place whose calls fail. Reads do not go through it, nor does what
// libraries write by themselves: SQLite, HDF5, and libarchive when it unpacks.
// This header stays C++17: the kernels include it.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <ctime>

namespace trainyard {

// Each is one system call: it returns -1 and sets errno when it fails. Any thread.
class Disk {
 public:
  virtual ~Disk() = default;

  virtual int create(const char* path, mode_t mode) = 0;  // open(2) for writing, O_CREAT | O_EXCL | O_CLOEXEC
  virtual ssize_t write(int fd, const void* bytes, std::size_t size) = 0;
  virtual int truncate(int fd, off_t size) = 0;
  virtual int set_mode(int fd, mode_t mode) = 0;
  virtual int set_times(const char* path, const timespec* times) = 0;  // of a link itself; null: now
  virtual int sync(int fd) = 0;                                        // of a file or a folder
  virtual int sync_file_system(int fd) = 0;
  virtual int rename(const char* from, const char* to) = 0;
  virtual int link(const char* from, const char* to) = 0;
  virtual int symlink(const char* target, const char* path) = 0;
  virtual int make_directory(const char* path, mode_t mode) = 0;
  virtual int remove(int directory, const char* name, int flags) = 0;  // unlinkat(2)
};

// The one that is used: the system's own, unless a test has replaced it.
Disk& disk();

// For tests. Returns the one that was used before. Not while another thread writes.
Disk& replace_disk(Disk& other);

}  // namespace trainyard
