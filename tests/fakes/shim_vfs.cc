#include "tests/fakes/shim_vfs.h"

#include <sqlite3.h>

#include <new>

namespace trainyard {

// SQLite passes a pointer to `vfs` to each call; it is also a pointer to the State, whose first member it is.
// `vfs` is a copy of the default VFS, so that functions of the default VFS also work on it.
struct ShimVfs::State {
  sqlite3_vfs vfs{};
  sqlite3_vfs* below = nullptr;
  VfsObserver* observer = nullptr;

  int before(const VfsCall& call) const { return observer == nullptr ? SQLITE_OK : observer->before(call); }
};

namespace {

// An open file of the shim. The file of the VFS below lies directly behind it in the same memory.
struct ShimFile {
  sqlite3_file base;
  std::string* path;
  const void* state;
  int (*before)(const void* state, const VfsCall& call);
};

ShimFile& shim(sqlite3_file* file) { return *reinterpret_cast<ShimFile*>(file); }
sqlite3_file* below(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(&shim(file) + 1); }

int before(sqlite3_file* file, VfsCall call) {
  call.path = *shim(file).path;
  return shim(file).before(shim(file).state, call);
}

int close_file(sqlite3_file* file) {
  sqlite3_file* real = below(file);
  const int code = real->pMethods == nullptr ? SQLITE_OK : real->pMethods->xClose(real);
  delete shim(file).path;
  return code;
}

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  const std::string_view text(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  if (int code = before(file, {.kind = VfsCall::Kind::write, .path = {}, .offset = offset, .bytes = text}))
    return code;
  return below(file)->pMethods->xWrite(below(file), bytes, size, offset);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (int code = before(file, {.kind = VfsCall::Kind::truncate, .path = {}, .offset = size})) return code;
  return below(file)->pMethods->xTruncate(below(file), size);
}

int sync_file(sqlite3_file* file, int) { return before(file, {.kind = VfsCall::Kind::sync, .path = {}}); }

// These calls are passed on unchanged to the VFS below.
int read_file(sqlite3_file* file, void* bytes, int size, sqlite3_int64 offset) {
  return below(file)->pMethods->xRead(below(file), bytes, size, offset);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return below(file)->pMethods->xFileSize(below(file), size);
}
int lock(sqlite3_file* file, int level) { return below(file)->pMethods->xLock(below(file), level); }
int unlock(sqlite3_file* file, int level) { return below(file)->pMethods->xUnlock(below(file), level); }
int check_reserved_lock(sqlite3_file* file, int* is_locked) {
  return below(file)->pMethods->xCheckReservedLock(below(file), is_locked);
}
int file_control(sqlite3_file* file, int operation, void* argument) {
  return below(file)->pMethods->xFileControl(below(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return below(file)->pMethods->xSectorSize(below(file)); }
int characteristics(sqlite3_file* file) { return below(file)->pMethods->xDeviceCharacteristics(below(file)); }
int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return below(file)->pMethods->xShmMap(below(file), page, size, extend, memory);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return below(file)->pMethods->xShmLock(below(file), offset, count, flags);
}
void barrier(sqlite3_file* file) { below(file)->pMethods->xShmBarrier(below(file)); }
int unmap_shared(sqlite3_file* file, int remove) {
  return below(file)->pMethods->xShmUnmap(below(file), remove);
}

// Version 2 has no xFetch: with memory-mapped files, a database could change without a call of write_file().
constexpr sqlite3_io_methods methods{.iVersion = 2,
                                     .xClose = close_file,
                                     .xRead = read_file,
                                     .xWrite = write_file,
                                     .xTruncate = truncate_file,
                                     .xSync = sync_file,
                                     .xFileSize = file_size,
                                     .xLock = lock,
                                     .xUnlock = unlock,
                                     .xCheckReservedLock = check_reserved_lock,
                                     .xFileControl = file_control,
                                     .xSectorSize = sector_size,
                                     .xDeviceCharacteristics = characteristics,
                                     .xShmMap = map_shared,
                                     .xShmLock = lock_shared,
                                     .xShmBarrier = barrier,
                                     .xShmUnmap = unmap_shared,
                                     .xFetch = nullptr,
                                     .xUnfetch = nullptr};

}  // namespace

const char* to_string(VfsCall::Kind kind) {
  switch (kind) {
    case VfsCall::Kind::open:
      return "xOpen";
    case VfsCall::Kind::write:
      return "xWrite";
    case VfsCall::Kind::truncate:
      return "xTruncate";
    case VfsCall::Kind::sync:
      return "xSync";
    case VfsCall::Kind::remove:
      return "xDelete";
  }
  return "";
}

ShimVfs::ShimVfs() : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.below = sqlite3_vfs_find(nullptr);
  state.vfs = *state.below;
  state.vfs.pNext = nullptr;
  state.vfs.zName = "shim";
  state.vfs.szOsFile = static_cast<int>(sizeof(ShimFile)) + state.below->szOsFile;
  state.vfs.xOpen = [](sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags, int* given) {
    const State& state = *reinterpret_cast<State*>(vfs);
    file->pMethods = nullptr;
    const bool is_log = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
    const VfsCall call{.kind = VfsCall::Kind::open, .path = path ? path : "", .syncs_folder = is_log};
    if (int code = state.before(call)) return code;
    new (file) ShimFile{{nullptr}, nullptr, &state, [](const void* state, const VfsCall& call) {
                          return static_cast<const State*>(state)->before(call);
                        }};
    below(file)->pMethods = nullptr;
    const int code = state.below->xOpen(state.below, path, below(file), flags, given);
    if (code != SQLITE_OK) return code;
    shim(file).path = new std::string(call.path);
    file->pMethods = &methods;
    return code;
  };
  state.vfs.xDelete = [](sqlite3_vfs* vfs, const char* path, int syncs_folder) {
    const State& state = *reinterpret_cast<State*>(vfs);
    const VfsCall call{.kind = VfsCall::Kind::remove, .path = path, .syncs_folder = syncs_folder != 0};
    if (int code = state.before(call)) return code;
    return state.below->xDelete(state.below, path, syncs_folder);
  };
  sqlite3_vfs_register(&state.vfs, 1);
}

ShimVfs::~ShimVfs() {
  sqlite3_vfs_unregister(&state_->vfs);
  sqlite3_vfs_register(state_->below, 1);
}

void ShimVfs::observe_with(VfsObserver* observer) { state_->observer = observer; }

}  // namespace trainyard
