#include "tests/fakes/faulty_vfs.h"

#include <sqlite3.h>

#include <filesystem>
#include <fstream>

namespace trainyard {

FaultyVfs::FaultyVfs(ShimVfs& shim, std::size_t call, VfsCall::Kind kind, int code)
    : shim_(shim), failing_call_(call), kind_(kind), code_(code) {
  shim_.observe_with(this);
}

FaultyVfs::~FaultyVfs() { shim_.observe_with(nullptr); }

int FaultyVfs::before(const VfsCall& call) {
  calls_.emplace_back(std::string(to_string(call.kind)) + " " +
                      std::filesystem::path(call.path).filename().string());
  if (calls_.size() != failing_call_ || call.kind != kind_) return SQLITE_OK;
  has_failed_ = true;
  return code_;
}

std::vector<FaultKind> vfs_faults(ShimVfs& shim) {
  using Kind = VfsCall::Kind;
  auto fault = [&shim](const char* name, Kind kind, int code) {
    return FaultKind{
        .name = name, .of_call = to_string(kind), .begin = [&shim, kind, code](std::size_t call) {
          return std::make_unique<FaultyVfs>(shim, call, kind, code);
        }};
  };
  return {fault("write: FULL", Kind::write, SQLITE_FULL),
          fault("write: IOERR", Kind::write, SQLITE_IOERR_WRITE),
          fault("write: RO", Kind::write, SQLITE_READONLY),
          fault("sync: IOERR", Kind::sync, SQLITE_IOERR_FSYNC),
          fault("sync: FULL", Kind::sync, SQLITE_FULL),
          fault("trunc: IOERR", Kind::truncate, SQLITE_IOERR_TRUNCATE),
          fault("open: CANT", Kind::open, SQLITE_CANTOPEN),
          fault("open: IOERR", Kind::open, SQLITE_IOERR)};
}

PowerCut::PowerCut(ShimVfs& shim, std::size_t sync) : shim_(shim), last_sync_(sync) {
  shim_.observe_with(this);
}

PowerCut::~PowerCut() { shim_.observe_with(nullptr); }

int PowerCut::before(const VfsCall& call) {
  if (has_come_) return SQLITE_IOERR;
  switch (call.kind) {
    case VfsCall::Kind::open: {
      std::shared_ptr<File>& file = names_[call.path];
      if (!file) file = std::make_shared<File>(File{{}, {}, call.syncs_folder});
      break;
    }
    case VfsCall::Kind::write:
      names_.at(call.path)->changes.push_back({call.offset, std::string(call.bytes), false});
      break;
    case VfsCall::Kind::truncate:
      names_.at(call.path)->changes.push_back({call.offset, "", true});
      break;
    case VfsCall::Kind::sync:
      return sync(*names_.at(call.path));
    case VfsCall::Kind::remove:
      names_.erase(call.path);
      if (call.syncs_folder) synced_names_ = names_;
      break;
  }
  return SQLITE_OK;
}

int PowerCut::sync(File& file) {
  if (++syncs_ == last_sync_) {
    has_come_ = true;
    return SQLITE_IOERR_FSYNC;
  }
  for (const Change& change : file.changes) apply(change, file.synced);
  file.changes.clear();
  if (file.syncs_folder) synced_names_ = names_;
  file.syncs_folder = false;
  return SQLITE_OK;
}

void PowerCut::apply(const Change& change, std::string& contents) {
  const auto offset = static_cast<std::size_t>(change.offset);
  if (change.is_truncation) return contents.resize(offset);
  if (contents.size() < offset + change.bytes.size()) contents.resize(offset + change.bytes.size());
  contents.replace(offset, change.bytes.size(), change.bytes);
}

std::string PowerCut::contents_of(const File& file, Remains remains) {
  std::string contents = file.synced;
  if (remains == Remains::nothing) return contents;
  for (std::size_t i = 0; i < file.changes.size(); ++i) {
    Change change = file.changes[i];
    if (remains == Remains::every_other && i % 2 == 0) continue;
    if (remains == Remains::a_torn_write && i + 1 == file.changes.size())
      change.bytes.resize(change.bytes.size() / 2);
    apply(change, contents);
  }
  return contents;
}

void PowerCut::leave(const std::string& folder, Remains remains) const {
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    std::filesystem::remove(entry.path());  // includes SQLite's -shm file, which a power cut loses
  for (const auto& [path, file] : remains == Remains::nothing ? synced_names_ : names_)
    std::ofstream(path, std::ios::binary) << contents_of(*file, remains);
}

}  // namespace trainyard
