// Faults of the disk below SQLite: FaultyVfs, by which one call fails, and PowerCut.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/fakes/fault_table.h"
#include "tests/fakes/shim_vfs.h"

namespace trainyard {

// Makes one call of the ShimVfs fail, as long as this object lives.
class FaultyVfs final : public VfsObserver, public Fault {
 public:
  // `call`: number of the call that fails, counted from 1, if it is of this kind. `code`: SQLite's error,
  // such as SQLITE_FULL.
  FaultyVfs(ShimVfs& shim, std::size_t call, VfsCall::Kind kind, int code);
  ~FaultyVfs() override;

  const std::vector<std::string>& calls() const override { return calls_; }
  bool has_failed() const override { return has_failed_; }
  int before(const VfsCall& call) override;

 private:
  ShimVfs& shim_;
  std::size_t failing_call_;
  VfsCall::Kind kind_;
  int code_;
  std::vector<std::string> calls_;
  bool has_failed_ = false;
};

// Returns all ways to fail: SQLITE_FULL, SQLITE_IOERR_…, SQLITE_READONLY and SQLITE_CANTOPEN, each for the
// calls that can return it.
std::vector<FaultKind> vfs_faults(ShimVfs& shim);

// Which of the writes that were not synced are on the disk after a power cut.
enum class Remains {
  nothing,       // files and names as they were at the last sync
  everything,    // all writes
  a_torn_write,  // all writes, but only the first half of the last one
  every_other,   // every other write, since the system can write in another order
};

// Simulates a power cut: remembers which bytes and which names of files are synced. At the sync of the given
// number, counted from 1, the machine stops: from then on all calls fail. All files must be created after
// this object.
class PowerCut final : public VfsObserver {
 public:
  // `sync`: number of the sync at which the power is cut, from 1; 0: never.
  PowerCut(ShimVfs& shim, std::size_t sync);
  ~PowerCut() override;

  std::size_t syncs() const { return syncs_; }
  bool has_come() const { return has_come_; }

  // Call this after the databases are closed: replaces the folder's files by those that the machine finds
  // when it starts again.
  void leave(const std::string& folder, Remains remains) const;

  int before(const VfsCall& call) override;

 private:
  struct Change {
    std::int64_t offset;
    std::string bytes;
    bool is_truncation;
  };
  struct File {
    std::string synced;
    std::vector<Change> changes;  // since the last sync
    bool syncs_folder = false;    // true if the file's first sync also syncs the folder
  };
  using Names = std::map<std::string, std::shared_ptr<File>>;

  static void apply(const Change& change, std::string& contents);
  static std::string contents_of(const File& file, Remains remains);
  int sync(File& file);

  ShimVfs& shim_;
  std::size_t last_sync_;
  std::size_t syncs_ = 0;
  bool has_come_ = false;
  Names names_, synced_names_;
};

}  // namespace trainyard
