// SQLite's own seam: a VFS above its default one, which a test can look into and have fail.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace trainyard {

// A call that changes a file.
struct VfsCall {
  enum class Kind { open, write, truncate, sync, remove };
  Kind kind;
  std::string path;
  std::int64_t offset = 0;    // of a write; the new size of a truncate
  std::string_view bytes{};   // of a write
  bool syncs_folder = false;  // of an open: the file's first sync will; of a removal: now
};

const char* to_string(VfsCall::Kind kind);

// Asked before each of these calls. What it returns other than SQLITE_OK is the call's result, and nothing is
// done.
class VfsObserver {
 public:
  virtual ~VfsObserver() = default;
  virtual int before(const VfsCall& call) = 0;
};

// The default VFS while it lives: for databases that are opened meanwhile, and closed before it goes. Syncs
// are not made: no test outlives the machine.
class ShimVfs {
 public:
  ShimVfs();
  ~ShimVfs();
  ShimVfs(const ShimVfs&) = delete;
  ShimVfs& operator=(const ShimVfs&) = delete;

  // Null: none.
  void observe_with(VfsObserver* observer);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trainyard
