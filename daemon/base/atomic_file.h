// AtomicFile: a file that appears complete or not at all. The bytes are written to a temporary file in the
// same folder and fsynced; then the temporary file gets the final name, and the folder is fsynced. All
// changes go through disk() (disk.h).
// This header stays C++17: the kernels include it.
#pragma once
#include <string>
#include <string_view>

#include "daemon/base/fd.h"

namespace trainyard {

// Several writers of one path do not disturb each other: each writes its own temporary file, and the last
// commit wins.
//
// If a call throws, the path still has its earlier contents, unless the call failed in the fsync of the
// folder: then the path has the complete new contents, but might lose them if the machine loses power. The
// caller can then write the file again.
class AtomicFile {
 public:
  // Creates the temporary file "<path>.tmp-XXXXXX"; its folder must exist. The file gets `mode` before it
  // gets its final name.
  explicit AtomicFile(const std::string& path, unsigned mode = 0600);
  ~AtomicFile();  // removes the temporary file, unless a commit has renamed it
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);
  int fd() const { return fd_.get(); }
  const std::string& path_beside() const { return beside_; }

  void commit() { commit_as(path_); }
  // Commits under another path, which must be on the same file system.
  void commit_as(const std::string& path);
  // Commits only if nothing has the path yet; returns false otherwise. Like O_EXCL, but works over NFS, too.
  bool commit_unless_there();
  // Commits without fsync: the file is durable only after sync_file_system().
  void commit_for_later_sync();

 private:
  void set_mode();
  void sync();

  std::string path_;
  std::string beside_;
  unsigned mode_;
  UniqueFd fd_;
  bool is_renamed_ = false;
};

}  // namespace trainyard
