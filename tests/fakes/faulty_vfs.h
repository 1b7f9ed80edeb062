// Faults of the disk below SQLite: one call that fails, and a power cut.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/fakes/fault_table.h"
#include "tests/fakes/shim_vfs.h"

namespace trainyard {

// Fails one call of the shim's, while it lives.
class FaultyVfs final : public VfsObserver, public Fault {
 public:
  // `call`: which fails, from 1, if it is of that kind. `code`: SQLite's, as SQLITE_FULL.
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

// SQLITE_FULL, SQLITE_IOERR_…, SQLITE_READONLY and SQLITE_CANTOPEN, each of the calls that may say so.
std::vector<FaultKind> vfs_faults(ShimVfs& shim);

// What a power cut leaves of what was not synced.
enum class Remains {
  nothing,       // files and names as they were at the last sync
  everything,    // the system happened to have written it all
  a_torn_write,  // all but the last write, of which the first half
  every_other,   // the writes in another order: every other one
};

// Remembers which bytes and which names of files are synced. At the sync of that number, from 1, the machine
// stops: no call does anything any more. For a folder that is empty when this is made.
class PowerCut final : public VfsObserver {
 public:
  // `sync` 0: never.
  PowerCut(ShimVfs& shim, std::size_t sync);
  ~PowerCut() override;

  std::size_t syncs() const { return syncs_; }
  bool has_come() const { return has_come_; }

  // When the process is gone: makes the files what they are when the machine starts again.
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
    std::vector<Change> changes;  // since then
    bool syncs_folder = false;    // with its first sync
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
