// Replaces pwrite() and ftruncate(), by which HDF5 writes files, by functions that fail when the FaultyDisk
// in use says so. HDF5 does not use base/disk.h, so a FaultyDisk alone does not reach it.
#include <dlfcn.h>
#include <unistd.h>

#include "tests/fakes/faulty_disk.h"

namespace {

bool fails(const char* name) {
  trainyard::FaultyDisk* disk = trainyard::FaultyDisk::in_use();
  return disk != nullptr && disk->fails(name);
}

template <class Call>
Call* system_call(const char* name) {
  return reinterpret_cast<Call*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// `asm` sets the symbols' names to those that HDF5 calls: with 64-bit offsets, the headers rename the
// functions.
extern "C" ssize_t hdf5_pwrite(int fd, const void* bytes, size_t size, off_t offset) asm("pwrite");
extern "C" int hdf5_ftruncate(int fd, off_t size) asm("ftruncate");

extern "C" ssize_t hdf5_pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  static auto* const call = system_call<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return fails("pwrite, HDF5") ? -1 : call(fd, bytes, size, offset);
}

extern "C" int hdf5_ftruncate(int fd, off_t size) {
  static auto* const call = system_call<int(int, off_t)>("ftruncate");
  return fails("ftruncate, HDF5") ? -1 : call(fd, size);
}
