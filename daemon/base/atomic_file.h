// A file that appears complete or not at all: written beside its name, fsynced, put in its place, and its
// folder fsynced. All of it goes through disk() (disk.h).
// This header stays C++17: the kernels include it.
#pragma once
#include <string>
#include <string_view>

#include "daemon/base/fd.h"

namespace trainyard {

// Several writers of one name do not meet: each writes a file of its own, the last commit wins.
//
// When a call throws, the name still has what it had before. One failure comes later: where the folder cannot
// be fsynced, the new file has its name, whole, but the name may be lost with the machine's power. Writing it
// once more is right.
class AtomicFile {
 public:
  // Creates "<path>.tmp-XXXXXX" in the same folder, which must be there. It has `mode` when it gets its name.
  explicit AtomicFile(const std::string& path, unsigned mode = 0600);
  ~AtomicFile();  // without commit(): nothing is left
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);
  int fd() const { return fd_.get(); }
  const std::string& path_beside() const { return beside_; }

  void commit() { commit_as(path_); }
  // Under another name on the same file system.
  void commit_as(const std::string& path);
  // Only if nothing has the name: false if something had, as with O_EXCL, over NFS too.
  bool commit_unless_there();
  // Not durable before sync_file_system().
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
