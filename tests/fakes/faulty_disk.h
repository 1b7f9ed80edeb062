// FaultyDisk: a Disk (daemon/base/disk.h) of which one call fails, as on a disk that is full, broken or
// read-only.
#pragma once
#include <thread>

#include "daemon/base/disk.h"
#include "tests/fakes/fault_table.h"

namespace trainyard {

// How calls fail.
enum class DiskFailure {
  once,        // one call, with an errno
  from_then,   // that call and all that follow: the file system has become read-only
  half_write,  // one write takes half of the bytes, and the disk is full from then on
};

// In the place of the system's disk while it lives. Calls of other threads are passed on and
// not counted. Syncs are not made: no test outlives the machine.
class FaultyDisk final : public Disk, public Fault {
 public:
  // `call`: which fails, from 1.
  FaultyDisk(std::size_t call, DiskFailure failure, int error);
  ~FaultyDisk() override;
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  // The one in use; null when there is none.
  static FaultyDisk* in_use();

  // Counts a call that a library made by itself. Whether it is to fail; errno is set then.
  bool fails(const char* name);
  const std::vector<std::string>& calls() const override { return calls_; }
  bool has_failed() const override { return has_failed_; }

  int create(const char* path, mode_t mode) override;
  ssize_t write(int fd, const void* bytes, std::size_t size) override;
  int truncate(int fd, off_t size) override;
  int set_mode(int fd, mode_t mode) override;
  int set_times(const char* path, const timespec* times) override;
  int sync(int fd) override;
  int sync_file_system(int fd) override;
  int rename(const char* from, const char* to) override;
  int link(const char* from, const char* to) override;
  int symlink(const char* target, const char* path) override;
  int make_directory(const char* path, mode_t mode) override;
  int remove(int directory, const char* name, int flags) override;

 private:
  template <class Work>
  auto call(const char* name, const Work& work);

  std::size_t failing_call_;
  DiskFailure failure_;
  int error_;
  Disk& system_;
  const std::thread::id thread_ = std::this_thread::get_id();
  std::vector<std::string> calls_;
  bool has_failed_ = false;
};

// ENOSPC, EIO, EROFS and EDQUOT once; read-only from then on; half a write on a disk that is then full.
const std::vector<FaultKind>& disk_faults();

}  // namespace trainyard
