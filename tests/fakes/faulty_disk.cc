#include "tests/fakes/faulty_disk.h"

#include <cerrno>

namespace trainyard {
namespace {

FaultyDisk* faulty_disk = nullptr;

FaultKind kind(const char* name, DiskFailure failure, int error) {
  return {.name = name,
          .of_call = failure == DiskFailure::half_write ? "write" : "",
          .begin = [=](std::size_t call) { return std::make_unique<FaultyDisk>(call, failure, error); },
          .lasts_for_removals = failure == DiskFailure::from_then};
}

}  // namespace

FaultyDisk::FaultyDisk(std::size_t call, DiskFailure failure, int error)
    : failing_call_(call), failure_(failure), error_(error), system_(replace_disk(*this)) {
  faulty_disk = this;
}

FaultyDisk::~FaultyDisk() {
  replace_disk(system_);
  faulty_disk = nullptr;
}

FaultyDisk* FaultyDisk::in_use() { return faulty_disk; }

bool FaultyDisk::fails(const char* name) {
  if (std::this_thread::get_id() != thread_) return false;
  calls_.push_back(name);
  const bool is_due = calls_.size() == failing_call_ && failure_ != DiskFailure::half_write;
  const bool is_read_only = has_failed_ && failure_ == DiskFailure::from_then;
  if (!is_due && !is_read_only) return false;
  has_failed_ = true;
  errno = error_;
  return true;
}

template <class Work>
auto FaultyDisk::call(const char* name, const Work& work) {
  if (fails(name)) return decltype(work())(-1);
  return work();
}

int FaultyDisk::create(int folder, const char* path, mode_t mode) {
  return call("create", [&] { return system_.create(folder, path, mode); });
}

int FaultyDisk::open_or_create(int folder, const char* path, mode_t mode) {
  return call("open_or_create", [&] { return system_.open_or_create(folder, path, mode); });
}

// `write` writes so many bytes.
template <class Write>
ssize_t FaultyDisk::call_write(std::size_t size, const Write& write) {
  return call("write", [&]() -> ssize_t {
    if (failure_ != DiskFailure::half_write) return write(size);
    if (has_failed_) {
      errno = error_;
      return -1;
    }
    if (calls_.size() != failing_call_) return write(size);
    has_failed_ = true;
    return write((size + 1) / 2);
  });
}

ssize_t FaultyDisk::write(int fd, const void* bytes, std::size_t size) {
  return call_write(size, [&](std::size_t part) { return system_.write(fd, bytes, part); });
}

ssize_t FaultyDisk::write_at(int fd, const void* bytes, std::size_t size, off_t offset) {
  return call_write(size, [&](std::size_t part) { return system_.write_at(fd, bytes, part, offset); });
}

int FaultyDisk::truncate(int fd, off_t size) {
  return call("truncate", [&] { return system_.truncate(fd, size); });
}

int FaultyDisk::set_mode(int fd, mode_t mode) {
  return call("set_mode", [&] { return system_.set_mode(fd, mode); });
}

int FaultyDisk::set_times(const char* path, const timespec* times) {
  return call("set_times", [&] { return system_.set_times(path, times); });
}

int FaultyDisk::sync(int) {
  return call("sync", [] { return 0; });
}

int FaultyDisk::sync_file_system(int) {
  return call("sync_file_system", [] { return 0; });
}

int FaultyDisk::rename(int folder, const char* from, const char* to) {
  return call("rename", [&] { return system_.rename(folder, from, to); });
}

int FaultyDisk::link(const char* from, const char* to) {
  return call("link", [&] { return system_.link(from, to); });
}

int FaultyDisk::symlink(const char* target, const char* path) {
  return call("symlink", [&] { return system_.symlink(target, path); });
}

int FaultyDisk::make_directory(int folder, const char* path, mode_t mode) {
  return call("make_directory", [&] { return system_.make_directory(folder, path, mode); });
}

int FaultyDisk::remove(int folder, const char* name, int flags) {
  return call("remove", [&] { return system_.remove(folder, name, flags); });
}

const std::vector<FaultKind>& disk_faults() {
  static const std::vector<FaultKind> faults{
      kind("ENOSPC", DiskFailure::once, ENOSPC),       kind("EIO", DiskFailure::once, EIO),
      kind("EROFS", DiskFailure::once, EROFS),         kind("EDQUOT", DiskFailure::once, EDQUOT),
      kind("EROFS on", DiskFailure::from_then, EROFS), kind("short", DiskFailure::half_write, ENOSPC),
  };
  return faults;
}

}  // namespace trainyard
