// FaultyDisk: a Disk (daemon/base/disk.h) whose calls fail as on a disk that is full, broken or read-only.
#pragma once
#include <thread>

#include "daemon/base/disk.h"
#include "tests/fakes/fault_table.h"

namespace trainyard {

// Which calls fail, and how.
enum class DiskFailure {
  once,        // one call fails with an errno
  from_then,   // one call and all later ones fail: the file system has become read-only
  half_write,  // one write writes half of its bytes; all later writes fail, as on a full disk
};

// Replaces the system's disk as long as the object lives. Calls of other threads than the constructor's are
// passed on and not counted. Syncs do nothing, because no test needs its data after a crash of the machine.
class FaultyDisk final : public Disk, public Fault {
 public:
  // `call`: number of the call that fails, counted from 1; 0: none.
  FaultyDisk(std::size_t call, DiskFailure failure, int error);
  ~FaultyDisk() override;
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  // Returns the FaultyDisk that replaces the system's disk now; null if there is none.
  static FaultyDisk* in_use();

  // Counts a call, also one that a library makes past base/disk.h. Returns true, and sets errno, if the call
  // has to fail.
  bool fails(const char* name);
  const std::vector<std::string>& calls() const override { return calls_; }
  bool has_failed() const override { return has_failed_; }

  int create(int folder, const char* path, mode_t mode) override;
  int open_or_create(int folder, const char* path, mode_t mode) override;
  ssize_t write(int fd, const void* bytes, std::size_t size) override;
  ssize_t write_at(int fd, const void* bytes, std::size_t size, off_t offset) override;
  int truncate(int fd, off_t size) override;
  int set_mode(int fd, mode_t mode) override;
  int set_times(const char* path, const timespec* times) override;
  int sync(int fd) override;
  int sync_file_system(int fd) override;
  int rename(int folder, const char* from, const char* to) override;
  int link(const char* from, const char* to) override;
  int symlink(const char* target, const char* path) override;
  int make_directory(int folder, const char* path, mode_t mode) override;
  int remove(int folder, const char* name, int flags) override;

 private:
  template <class Write>
  ssize_t call_write(std::size_t size, const Write& write);
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

// Returns all ways to fail: ENOSPC, EIO, EROFS or EDQUOT once; EROFS from one call on; half a write, then
// ENOSPC.
const std::vector<FaultKind>& disk_faults();

}  // namespace trainyard
