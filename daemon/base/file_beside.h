// A large file that appears complete or not at all: written beside its name, then put in its place.
#pragma once
#include <string>

#include "daemon/base/fd.h"

namespace trainyard {

// Several writers of one name do not meet: each writes a file of its own, the last commit wins.
class FileBeside {
 public:
  // Creates "<path>.tmp-XXXXXX" in the same folder, which must be there.
  explicit FileBeside(const std::string& path, unsigned mode = 0600);
  ~FileBeside();  // without commit(): nothing is left
  FileBeside(const FileBeside&) = delete;
  FileBeside& operator=(const FileBeside&) = delete;

  int fd() const { return fd_.get(); }
  const std::string& path_beside() const { return beside_; }

  // fsync, close, rename, fsync of the folder.
  void commit() { commit_as(path_); }
  // The same under another name on the same file system.
  void commit_as(const std::string& path);

 private:
  std::string path_;
  std::string beside_;
  UniqueFd fd_;
  bool committed_ = false;
};

}  // namespace trainyard
