// ShimVfs: a VFS of SQLite above SQLite's default VFS, in which a test can observe calls and make them fail.
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
  std::int64_t offset = 0;    // write: position; truncate: new size
  std::string_view bytes{};   // write: the data
  bool syncs_folder = false;  // open: the file's first sync syncs the folder; remove: the call syncs it
};

const char* to_string(VfsCall::Kind kind);

// before() is called before each VfsCall. If it returns a code other than SQLITE_OK, the call is not made and
// returns that code.
class VfsObserver {
 public:
  virtual ~VfsObserver() = default;
  virtual int before(const VfsCall& call) = 0;
};

// SQLite's default VFS as long as this object lives. Databases opened meanwhile must be closed before it is
// destroyed. Syncs do nothing, because no test needs its data after a crash of the machine.
class ShimVfs {
 public:
  ShimVfs();
  ~ShimVfs();
  ShimVfs(const ShimVfs&) = delete;
  ShimVfs& operator=(const ShimVfs&) = delete;

  // Sets the observer of all calls from now on; null removes it.
  void observe_with(VfsObserver* observer);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trainyard
